import type { ClientMetadata } from 'oidc-provider';

/** A person of the provider. */
export interface ProviderAccount {
  /** Also what is typed at the login form; any password will do. */
  readonly sub: string;
  /** Claims beside `sub`, such as email, email_verified, name, groups. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Seconds that things live; what is not named lives an hour. */
export interface ProviderLifetimes {
  readonly accessToken?: number | undefined;
  readonly idToken?: number | undefined;
  readonly refreshToken?: number | undefined;
  readonly session?: number | undefined;
}

/** Everything the provider's process is told at its start. */
export interface ProviderSettings {
  readonly issuer: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly clients: readonly ClientMetadata[];
  readonly accounts: readonly ProviderAccount[];
  readonly lifetimes: ProviderLifetimes;
  readonly idTokenClaims: 'all' | 'standard';
}

/** What the test may ask of the provider's process. */
export type ProviderCommand =
  | { readonly type: 'open'; readonly settings: ProviderSettings }
  | { readonly type: 'listen' }
  | { readonly type: 'refuse' }
  | { readonly type: 'set-account'; readonly account: ProviderAccount }
  | { readonly type: 'remove-account'; readonly sub: string }
  | { readonly type: 'rotate-keys'; readonly old: 'published' | 'forgotten' };

/** A command on its way, and the answer with the same number. */
export interface ProviderRequest {
  readonly id: number;
  readonly command: ProviderCommand;
}

/** `error` says why the command failed. */
export interface ProviderReply {
  readonly id: number;
  readonly error?: string;
}
