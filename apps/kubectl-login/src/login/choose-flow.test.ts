import type { Fetch } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../oidc/provider.ts';
import type { BrowserFlowOptions } from './browser-flow.ts';
import { chooseFlow, type FlowChoice } from './choose-flow.ts';
import type { LoginOptions } from './flow.ts';

const issuer = 'https://login.example.com';
const browser: BrowserFlowOptions = { listenAddress: '127.0.0.1:0', isRemote: true };

/** What the person is told until the login is called off. */
async function toldBy(
  choice: Partial<FlowChoice> = {},
  options: Partial<LoginOptions> = {},
  endpoint: string | undefined = `${issuer}/device/code`,
): Promise<readonly string[]> {
  const said: string[] = [];
  const code = { device_code: 'd', user_code: 'BCDF-GHJK', verification_uri: `${issuer}/device`, expires_in: 300 };
  const fetch: Fetch = async () => Response.json(code);
  const as = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    ...(endpoint && { device_authorization_endpoint: endpoint }),
  };
  const provider: Provider = { as, fetch, now: () => new Date(), skewSeconds: undefined };
  const stop = new AbortController();
  const flow = chooseFlow(
    { browser, ...choice },
    {
      random: (length) => new Uint8Array(length),
      say: (line) => void said.push(line.replace(/[?:]\d.*|\?.*/u, '')),
      // The first question would come now: that is late enough.
      sleep: async () => stop.abort(new Error('enough')),
    },
  );
  const login = flow({
    provider,
    options: { clientId: 'kubectl', scopes: [], timeoutMs: 1000, ...options },
    keep: async () => undefined,
    signal: stop.signal,
  });
  setTimeout(() => stop.abort(new Error('enough')), 100);
  await login.catch(() => undefined);
  return said;
}

const forwarded = expect.stringContaining('comes back by a forwarded port');
const atBrowser = `Log in at: ${issuer}/auth`;
const byCode = `Log in at: ${issuer}/device with the code BCDF-GHJK`;
const orByCode = `Or log in, with any browser, at: ${issuer}/device with the code BCDF-GHJK`;

describe('who logs in is offered', () => {
  it.each([
    ['the browser of this machine', { browser: { ...browser, isRemote: false } }, {}, [atBrowser]],
    ['a code, for who wants one', { byDevice: true }, {}, [byCode]],
    ['both over SSH', {}, {}, [forwarded, atBrowser, orByCode]],
    ['no code, for who wants none', { byDevice: false }, {}, [forwarded, atBrowser]],
    ['no code that could not bring the connector', {}, { connectorId: 'ldap' }, [forwarded, atBrowser]],
    ['no code that could not bring the prompt', {}, { prompt: 'consent' }, [forwarded, atBrowser]],
  ])('%s', async (_what, choice, options, lines) => {
    expect((await toldBy(choice, options)).toSorted()).toEqual(expect.arrayContaining(lines));
    expect(await toldBy(choice, options)).toHaveLength(lines.length);
  });

  it('no code where the issuer has none', async () => {
    expect(await toldBy({}, {}, '')).toHaveLength(2);
  });
});
