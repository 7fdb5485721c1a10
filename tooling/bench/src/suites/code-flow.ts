import { type FlowEndpoints, logIn } from '../flow.ts';
import { repeat } from '../load.ts';
import { startContender } from '../ostiary.ts';
import { startPeer } from '../peer.ts';
import { interleave, type Report, report, type Settings, type Subject } from '../subject.ts';

/** Whole logins: authorization request, an upstream that answers at once, code, tokens. */
export async function codeFlowSuite(settings: Settings): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const ostiary = stack.use(await startContender({ storage: 'memory', algorithm: 'RS256' }));
  const provider = stack.use(await startPeer('openid-provider'));
  const origin = await provider.ask({ open: 'RS256' });
  const peer = { authorization: `${origin}/auth`, token: `${origin}/token`, scope: 'openid email groups' };
  const subject = (name: string, flow: FlowEndpoints): Subject => ({
    name,
    measure: (seconds) => repeat(async () => void (await logIn(flow)), settings.connections, seconds),
  });
  const subjects = [subject('oidc-provider', peer), subject('Ostiary', ostiary.flow)];
  const about =
    'Logins with PKCE, state and nonce, each in a new browser. In both an upstream stands in that lets everybody in ' +
    'without a page. A client follows the redirects and redeems the code; it works on the same cores and takes more ' +
    'of them than in the other suites.';
  return report(
    { title: 'Authorization code flow', about, unit: 'logins per second' },
    await interleave(subjects, settings),
    [{ of: 'Ostiary', by: 'oidc-provider' }],
  );
}
