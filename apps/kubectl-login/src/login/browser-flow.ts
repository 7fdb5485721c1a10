/** Authorization code by the browser of this machine (RFC 8252), with PKCE S256, state, nonce and the `iss` check. */
import * as oauth from 'oauth4webapi';
import { explainOidcError } from '../oidc/oidc-error.ts';
import type { Provider } from '../oidc/provider.ts';
import { redeemCode, type Tokens } from '../oidc/tokens.ts';
import { chooseScopes, type LoginAsk, type LoginDeps, type LoginFlow, type LoginOptions } from './flow.ts';
import { startListener } from './loopback.ts';
import { orGiveUp } from './patience.ts';

export interface BrowserFlowOptions {
  /** `HOST:PORT` of this machine. */
  readonly listenAddress: string;
  /** For a provider that insists on a registered path; otherwise a path that nobody can guess. */
  readonly callbackPath?: string | undefined;
  /** True when the person may sit at another machine, and the browser there cannot reach this one. */
  readonly isRemote: boolean;
  /** Opens the person's browser; resolves with what went wrong, if anything. Absent to only print the address. */
  readonly openBrowser?: ((url: string) => Promise<string | undefined>) | undefined;
}

const TOO_LATE = 'Log in again, and open the printed address if no browser came up.';

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly path: string;
}

/** The flow with its listener and its browser. */
export function browserFlow(browser: BrowserFlowOptions, deps: LoginDeps): LoginFlow {
  const fresh = (): string => Buffer.from(deps.random(32)).toString('base64url');
  return async (ask) => {
    const attempt = {
      state: fresh(),
      nonce: fresh(),
      codeVerifier: fresh(),
      path: browser.callbackPath ?? `/callback/${fresh()}`,
    };
    return await runAttempt(ask, attempt, { browser, deps });
  };
}

interface Surroundings {
  readonly browser: BrowserFlowOptions;
  readonly deps: LoginDeps;
}

async function runAttempt<Kept>(ask: LoginAsk<Kept>, attempt: Attempt, { browser, deps }: Surroundings): Promise<Kept> {
  const { provider, options } = ask;
  const redeemed = Promise.withResolvers<Tokens>();
  const outcome = Promise.withResolvers<void>();
  // Nobody may wait for them: the person takes too long, or no browser comes back.
  redeemed.promise.catch(() => {});
  outcome.promise.catch(() => {});
  let redirectUri = '';
  await using listener = await startListener({
    address: browser.listenAddress,
    path: attempt.path,
    state: attempt.state,
    redeem: (parameters) => {
      redeemed.resolve(redeem(parameters, { provider, clientId: options.clientId, redirectUri, attempt }));
      return outcome.promise;
    },
  });
  redirectUri = listener.redirectUri;
  const url = await authorizationUrl(provider, options, { ...attempt, redirectUri });
  if (browser.isRemote) deps.say(forwarding(redirectUri));
  invite(url, browser, deps);
  try {
    const kept = await ask.keep(await orGiveUp(redeemed.promise, ask, TOO_LATE));
    outcome.resolve();
    return kept;
  } catch (error) {
    outcome.reject(error);
    throw error;
  }
}

function invite(url: string, { openBrowser }: BrowserFlowOptions, { say }: LoginDeps): void {
  say(`Log in at: ${url}`);
  void openBrowser?.(url).then((failure) => {
    if (failure !== undefined) say(`The browser could not be opened (${failure}). Open the address above yourself.`);
  });
}

function forwarding(redirectUri: string): string {
  const { hostname, port } = new URL(redirectUri);
  const from = port === '' ? '80' : port;
  return `A browser on another machine comes back by a forwarded port. There, first: ssh -L ${from}:${hostname}:${from} HOST (HOST is this machine)`;
}

interface Answer {
  readonly provider: Provider;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly attempt: Attempt;
}

async function redeem(
  parameters: URLSearchParams,
  { provider, clientId, redirectUri, attempt }: Answer,
): Promise<Tokens> {
  const { state, nonce, codeVerifier } = attempt;
  let callback: URLSearchParams;
  try {
    // Also compares `iss`, and requires it when the issuer promised it (RFC 9207).
    callback = oauth.validateAuthResponse(provider.as, { client_id: clientId }, parameters, state);
  } catch (error) {
    throw explainOidcError(error, provider.as.issuer, 'answering the login');
  }
  return await redeemCode({ clientId, callback, redirectUri, codeVerifier, nonce }, provider);
}

async function authorizationUrl(
  provider: Provider,
  options: LoginOptions,
  attempt: Attempt & { readonly redirectUri: string },
): Promise<string> {
  const url = new URL(provider.as.authorization_endpoint ?? '');
  const parameters: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: attempt.redirectUri,
    scope: chooseScopes(options.scopes, provider.as.scopes_supported).join(' '),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: 'S256',
    connector_id: options.connectorId,
    prompt: options.prompt,
    login_hint: options.loginHint,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}
