import { hammer } from '../load.ts';
import { startContender } from '../ostiary.ts';
import { type Peer, type PeerName, startPeer } from '../peer.ts';
import { type Division, interleave, type Report, report, type Settings, type Subject } from '../subject.ts';

const documents = [
  { name: 'discovery', path: '/.well-known/openid-configuration', peerPath: '/.well-known/openid-configuration' },
  { name: 'JWKS', path: '/keys', peerPath: '/jwks' },
] as const;

const subjects = ['node:http', 'Koa + router', 'oidc-provider', 'Ostiary'] as const;

/** Discovery and JWKS: what every verifier asks for, and nothing that needs a key or a record. */
export async function documentsSuite(settings: Settings): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const ostiary = stack.use(await startContender({ storage: 'memory', algorithm: 'RS256' }));
  const provider = stack.use(await startPeer('openid-provider'));
  const providerUrl = String(await provider.ask({ open: 'RS256' }));
  const measured: Subject[] = [];
  for (const { name, path, peerPath } of documents) {
    const body = await (await fetch(`${ostiary.url}${path}`)).text();
    const bare = async (peer: PeerName): Promise<string> => {
      const started: Peer = stack.use(await startPeer(peer));
      return `${await started.ask({ body, path: `/dex${path}` })}/dex${path}`;
    };
    const urls: Readonly<Record<(typeof subjects)[number], string>> = {
      'node:http': await bare('bare-http'),
      'Koa + router': await bare('bare-koa'),
      'oidc-provider': `${providerUrl}${peerPath}`,
      Ostiary: `${ostiary.url}${path}`,
    };
    for (const subject of subjects) {
      const load = { url: urls[subject], connections: settings.connections };
      measured.push({ name: `${name}, ${subject}`, measure: (seconds) => hammer(load, seconds) });
    }
  }
  const divisions = documents.flatMap(({ name }): readonly Division[] => [
    { of: `${name}, Ostiary`, by: `${name}, node:http` },
    { of: `${name}, Ostiary`, by: `${name}, Koa + router`, target: { atLeast: 0.75 } },
    { of: `${name}, Ostiary`, by: `${name}, oidc-provider`, target: { atLeast: 1.4 } },
  ]);
  const about =
    'The same bytes from a bare server and a bare router, the same document from each issuer. Ostiary counts every ' +
    'request and writes a line of log for it; the others do neither.';
  const head = { title: 'Discovery and JWKS', about, unit: 'answers per second' };
  return report(head, await interleave(measured, settings), divisions);
}
