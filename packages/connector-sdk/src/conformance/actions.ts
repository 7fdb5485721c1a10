/** What people and issuers do with a connector, for rules to build on. */
import { isOstiaryError, Secret } from '@ostiary/primitives';
import type {
  ConnectorScopes,
  FinishLogin,
  LoginStep,
  PasswordLogin,
  RedirectLogin,
  RefreshAsk,
  UpstreamRefresh,
} from '../connector.ts';
import type { Identity } from '../identity.ts';
import { accepted, must, needed, RuleBroken, type RuleContext } from './rule.ts';

export const scopes: ConnectorScopes = { offlineAccess: true, groups: true };
export const callbackUrl = 'https://issuer.example/callback/test';
export const state = 'state-of-the-rule';

/** Codes by which a login or a refresh may fail. Anything else that is thrown is a bug. */
const expectedCodes: ReadonlySet<string> = new Set([
  'login/denied',
  'login/not_allowed',
  'login/expired',
  'upstream/unavailable',
  'upstream/protocol',
]);

function redirectLogin({ connector }: RuleContext): RedirectLogin {
  if (connector.via !== 'redirect') throw new RuleBroken('the connector has no redirect login');
  return connector.login;
}

export function passwordLogin({ connector }: RuleContext): PasswordLogin {
  if (connector.via !== 'password') throw new RuleBroken('the connector has no password login');
  return connector.login;
}

function upstreamRefresh({ connector }: RuleContext): UpstreamRefresh {
  const { refresh } = connector;
  if (refresh?.kind !== 'upstream') throw new RuleBroken('the connector does not ask its provider at a refresh');
  return refresh;
}

export const begin = (context: RuleContext): Promise<LoginStep> =>
  redirectLogin(context).begin({ scopes, callbackUrl, state });

export function finish(context: RuleContext, step: LoginStep, params: URLSearchParams): Promise<Identity> {
  // The issuer seals `keep` as JSON, so that is how it comes back.
  const keep: FinishLogin['keep'] = JSON.parse(JSON.stringify(step.keep));
  const headers = context.upstream.headers?.() ?? new Headers();
  return redirectLogin(context).finish({ scopes, callbackUrl, state, keep, params, headers });
}

/** Logs the person in, whatever kind of login the connector has. */
export async function login(context: RuleContext): Promise<Identity> {
  if (context.connector.via === 'redirect') {
    const step = await begin(context);
    return finish(context, step, await visit(context, step));
  }
  const { username, password } = needed(context.upstream, 'account');
  return accepted(await check(context, username, password), 'the right password');
}

/** The same, where the connector may refuse: with an error of a kind an issuer knows what to do with. */
export async function loginOrRefusal(context: RuleContext): Promise<Identity | undefined> {
  const outcome = await login(context).then(
    (identity) => ({ identity }),
    (error: unknown) => ({ error }),
  );
  if ('identity' in outcome) return outcome.identity;
  await failure(() => Promise.reject(outcome.error), 'the login');
  return undefined;
}

export async function visit({ upstream }: RuleContext, step: LoginStep): Promise<URLSearchParams> {
  needed(upstream, 'visit');
  return (await upstream.visit?.(step)) ?? new URLSearchParams();
}

export const check = (context: RuleContext, username: string, password: string): Promise<Identity | 'rejected'> =>
  passwordLogin(context).check({ username, password: new Secret(password), scopes });

export const refresh = (
  context: RuleContext,
  identity: Identity,
  persist: RefreshAsk['persist'] = async () => {},
): Promise<Identity | 'rejected'> => upstreamRefresh(context).refresh({ identity, scopes, persist });

/** The failure of something that has to fail, of a kind an issuer knows what to do with. */
export async function failure(work: () => Promise<unknown>, what: string): Promise<Error> {
  const outcome = await work().then(
    () => undefined,
    (error: unknown) => error,
  );
  must(outcome !== undefined, `${what} succeeded`);
  if (isOstiaryError(outcome) && expectedCodes.has(outcome.code)) return outcome;
  const name = isOstiaryError(outcome) ? outcome.code : String(outcome);
  throw new RuleBroken(`${what} failed with ${name}, which an issuer cannot handle: throw login/* or upstream/*`);
}

/** The same, with one code. */
export async function failureWith(code: string, work: () => Promise<unknown>, what: string): Promise<void> {
  const error = await failure(work, what);
  must(isOstiaryError(error) && error.code === code, `${what} failed with ${codeOf(error)} instead of ${code}`);
}

const codeOf = (error: Error): string => (isOstiaryError(error) ? error.code : error.name);
