/** What a way to log in is. The browser is the first; others (device code, ...) have the same shape. */
import type { RandomBytes } from '@ostiary/primitives';
import type { Provider } from '../oidc/provider.ts';
import type { Tokens } from '../oidc/tokens.ts';

/** What a person may say about the login. */
export interface LoginOptions {
  readonly clientId: string;
  /** Empty for the default scopes. */
  readonly scopes: readonly string[];
  /** Dex and Ostiary: the upstream to log in with, so that the person is not asked. */
  readonly connectorId?: string | undefined;
  /** Passed through (OpenID Connect Core 1.0 section 3.1.2.1). */
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
  /** How long the person may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface LoginAsk<Kept> {
  readonly provider: Provider;
  readonly options: LoginOptions;
  /** Takes the validated tokens, or refuses them. Only then has the login succeeded, and may the person be told so. */
  readonly keep: (tokens: Tokens) => Promise<Kept>;
  /** Ends the login early: the person is gone, or has logged in elsewhere. Its reason is the error to throw. */
  readonly signal: AbortSignal;
}

/** The outside world of a login. */
export interface LoginDeps {
  readonly random: RandomBytes;
  /** One line for the person, on standard error. */
  readonly say: (line: string) => void;
}

/** A way to log in. It resolves with what was kept of the tokens, or throws. */
export type LoginFlow = <Kept>(ask: LoginAsk<Kept>) => Promise<Kept>;

const DEFAULT_SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access'];

/**
 * The scopes to ask for. Of the default ones only those that the issuer advertises, as some refuse what they do not
 * know; what the person asked for is sent as it is, with `openid`, without which there is no ID token.
 */
export function chooseScopes(wanted: readonly string[], advertised: readonly string[] | undefined): readonly string[] {
  if (wanted.length > 0) return [...new Set(['openid', ...wanted])];
  return DEFAULT_SCOPES.filter((scope) => scope === 'openid' || advertised === undefined || advertised.includes(scope));
}
