import { type Contender, refreshTokens, type StorageName, startContender } from '../ostiary.ts';
import { startPeer } from '../peer.ts';
import { refreshLoad } from '../refresh-load.ts';
import { type Division, interleave, type Report, report, type Settings, type Subject } from '../subject.ts';

const algorithms = ['RS256', 'ES256'] as const;
const storages: readonly StorageName[] = ['memory', 'SQLite', 'Redis'];
/** An answer has an access token and an ID token. */
const SIGNATURES = 2;

/** The refresh grant: what every kubectl and every app does, again and again. */
export async function refreshSuite(settings: Settings): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const { connections } = settings;
  const signing = stack.use(await startPeer('raw-signing'));
  const subjects: Subject[] = [];
  for (const algorithm of algorithms) {
    subjects.push({
      name: `signatures, ${algorithm}`,
      measure: async (seconds) => Number(await signing.ask({ algorithm, seconds })),
    });
    const provider = stack.use(await startPeer('openid-provider'));
    const url = await provider.ask({ open: algorithm });
    const tokens = (await provider.ask({ refreshTokens: connections })) as readonly string[]; // see peers/openid-provider.ts
    subjects.push(
      refreshLoad({ name: `oidc-provider, ${algorithm}`, token: `${url}/token`, refreshTokens: tokens, connections }),
    );
    for (const storage of storages) {
      const contender: Contender = stack.use(await startContender(storage, algorithm));
      const load = { token: contender.flow.token, refreshTokens: await refreshTokens(contender, connections) };
      subjects.push(refreshLoad({ name: `Ostiary, ${algorithm}, ${storage}`, connections, ...load }));
    }
  }
  const about =
    'One process each, every use rotates the refresh token, every answer has a JWT access token and an ID token: two ' +
    'signatures. "Signatures" is the raw rate of the same machine with nothing else to do; the load is made on the ' +
    'same cores. At Ostiary the person is in the password database, so no token of a provider has to be unsealed; with ' +
    'one, and with fewer connections, the ratios are lower. (signatures / 2) / oidc-provider is the most that any issuer ' +
    'can reach which signs twice for an answer.';
  const head = { title: 'Refresh grant', about, unit: 'per second' };
  return report(head, await interleave(subjects, settings), algorithms.flatMap(divisions));
}

function divisions(algorithm: (typeof algorithms)[number]): readonly Division[] {
  const of = `Ostiary, ${algorithm}, memory`;
  const isMain = algorithm === 'RS256';
  return [
    {
      ...{ of, by: `signatures, ${algorithm}`, share: SIGNATURES },
      ...(isMain ? { target: { atLeast: 0.6 } } : {}),
    },
    { of, by: `oidc-provider, ${algorithm}`, ...(isMain ? { target: { atLeast: 1.5 } } : {}) },
    { of: `signatures, ${algorithm}`, shareOf: SIGNATURES, by: `oidc-provider, ${algorithm}` },
    { of: `Ostiary, ${algorithm}, SQLite`, by: of },
    { of: `Ostiary, ${algorithm}, Redis`, by: of },
  ];
}
