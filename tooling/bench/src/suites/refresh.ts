import { type Contender, type ContenderOptions, refreshTokens, type StorageName, startContender } from '../ostiary.ts';
import { startPeer } from '../peer.ts';
import { refreshLoad, refreshOnce } from '../refresh-load.ts';
import type { SigningAlgorithm } from '../signing.ts';
import { type Division, interleave, type Report, report, type Settings, type Subject } from '../subject.ts';

const algorithms: readonly SigningAlgorithm[] = ['RS256', 'ES256'];
type SetUp = Omit<ContenderOptions, 'algorithm'>;
/** What oidc-provider does: no log, no counters. */
const unwatched: SetUp = { storage: 'memory', logAndCounters: 'off' };
const usual = (storage: StorageName): SetUp => ({ storage });
const setUps = [unwatched, usual('memory'), usual('SQLite'), usual('Redis')];
/** An answer has an access token and an ID token. */
const SIGNATURES = 2;

/** The refresh grant: what every kubectl and every app does, again and again. */
export async function refreshSuite(settings: Settings): Promise<Report> {
  const samples = new Map<string, readonly number[]>();
  for (const algorithm of algorithms) {
    await using stack = new AsyncDisposableStack();
    const measured = await interleave(await subjectsOf(algorithm, settings, stack), settings);
    for (const [name, figures] of measured) samples.set(name, figures);
  }
  const about =
    'One process each, every use rotates the refresh token, every answer has a JWT access token and an ID token: two ' +
    'signatures. "Signatures" is the raw rate of the same machine with nothing else to do; in all others the load is ' +
    'made on the same cores. "node:http that signs" reads the request, signs twice, answers with the bytes of an ' +
    'answer, and does nothing else. oidc-provider writes no log and counts nothing, so the same work is Ostiary without ' +
    'them; the other rows have both. At Ostiary the person is in the password ' +
    'database, so no token of a provider has to be unsealed; with one, and with fewer connections, the ratios are lower.';
  const head = { title: 'Refresh grant', about, unit: 'per second' };
  return report(head, samples, algorithms.flatMap(divisions));
}

async function subjectsOf(
  algorithm: SigningAlgorithm,
  { connections }: Settings,
  stack: AsyncDisposableStack,
): Promise<readonly Subject[]> {
  const signing = stack.use(await startPeer('raw-signing'));
  const bare = stack.use(await startPeer('bare-signing'));
  const provider = stack.use(await startPeer('openid-provider'));
  const providerUrl = await provider.ask({ open: algorithm });
  const theirs = (await provider.ask({ refreshTokens: connections })) as readonly string[]; // see peers/openid-provider.ts
  const ours: Subject[] = [];
  let answer = '';
  for (const setUp of setUps) {
    const contender: Contender = stack.use(await startContender({ ...setUp, algorithm }));
    const { token } = contender.flow;
    const [first = '', ...rest] = await refreshTokens(contender, connections + 1);
    answer = await refreshOnce(token, first);
    ours.push(refreshLoad({ name: nameOf(algorithm, setUp), token, refreshTokens: rest, connections }));
  }
  const bareUrl = await bare.ask({ algorithm, body: answer });
  return [
    {
      name: `signatures, ${algorithm}`,
      measure: async (seconds) => Number(await signing.ask({ algorithm, seconds })),
    },
    refreshLoad({ name: signs(algorithm), token: `${bareUrl}/token`, refreshTokens: theirs, connections }),
    refreshLoad({ name: provides(algorithm), token: `${providerUrl}/token`, refreshTokens: theirs, connections }),
    ...ours,
  ];
}

const signs = (algorithm: SigningAlgorithm): string => `node:http that signs, ${algorithm}`;
const provides = (algorithm: SigningAlgorithm): string => `oidc-provider, ${algorithm}`;
const nameOf = (algorithm: SigningAlgorithm, { storage, logAndCounters }: SetUp): string =>
  `Ostiary, ${algorithm}, ${storage}${logAndCounters === 'off' ? ', no log, no counters' : ''}`;

function divisions(algorithm: SigningAlgorithm): readonly Division[] {
  const of = nameOf(algorithm, usual('memory'));
  const ofUnwatched = nameOf(algorithm, unwatched);
  const isMain = algorithm === 'RS256';
  return [
    {
      ...{ of, by: `signatures, ${algorithm}`, share: SIGNATURES },
      ...(isMain ? { target: { atLeast: 0.6 } } : {}),
    },
    { of: ofUnwatched, by: provides(algorithm), ...(isMain ? { target: { atLeast: 1.5 } } : {}) },
    { of, by: provides(algorithm) },
    { of: signs(algorithm), by: provides(algorithm) },
    { of: ofUnwatched, by: signs(algorithm) },
    { of, by: ofUnwatched },
    { of: nameOf(algorithm, usual('SQLite')), by: of },
    { of: nameOf(algorithm, usual('Redis')), by: of },
  ];
}
