/** Dex's feature flags: environment variables with a Go boolean. */
import type { ConfigIssue, EnvironmentLookup } from '@ostiary/connector-sdk/config';
import { flagDecisions } from './decisions.ts';

export interface Flags {
  /** `DEX_EXPAND_ENV`: replace `$NAME` in `storage.config`, `signer.config` and `connectors[].config`. */
  readonly expandEnvironment: boolean;
  /** `DEX_CONTINUE_ON_CONNECTOR_FAILURE`: start without connectors that cannot be opened. */
  readonly continueOnConnectorFailure: boolean;
  /** `DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS`: an unknown key is an error. On, unlike in Dex, unless it says false. */
  readonly refuseUnknownKeys: boolean;
  /** `DEX_SESSIONS_ENABLED`: sessions of browsers. Without it, a `sessions` block switches them on. */
  readonly sessions: boolean | undefined;
  /** `DEX_CLIENT_CREDENTIAL_GRANT_ENABLED_BY_DEFAULT`: without `oauth2.grantTypes`, clients may act for themselves. */
  readonly clientCredentials: boolean;
}

const SESSIONS = 'DEX_SESSIONS_ENABLED';
const CLIENT_CREDENTIALS = 'DEX_CLIENT_CREDENTIAL_GRANT_ENABLED_BY_DEFAULT';
/** Off unless they say something. */
const offByDefault: readonly string[] = [SESSIONS, CLIENT_CREDENTIALS];

/** Reads the flags. Empty or unreadable means the default, as in Dex. */
export function readFlags(env: EnvironmentLookup): Flags {
  const on = (name: string): boolean => goBoolean(env(name)) ?? true;
  return {
    expandEnvironment: on('DEX_EXPAND_ENV'),
    continueOnConnectorFailure: on('DEX_CONTINUE_ON_CONNECTOR_FAILURE'),
    refuseUnknownKeys: on('DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS'),
    sessions: goBoolean(env(SESSIONS)),
    clientCredentials: goBoolean(env(CLIENT_CREDENTIALS)) ?? false,
  };
}

/** A warning for each flag that is switched on and does nothing here, or says neither yes nor no. */
export function flagWarnings(env: EnvironmentLookup): readonly ConfigIssue[] {
  return flagDecisions.flatMap((flag) => {
    const value = env(flag.path) ?? '';
    const meaning = goBoolean(value);
    if (value === '' || (flag.decision === 'ignored' && meaning === false)) return [];
    if (flag.decision === 'ignored') return [{ path: flag.path, message: `is ignored: ${flag.because}` }];
    if (meaning !== undefined) return [];
    const counts = offByDefault.includes(flag.path) ? 'it is ignored' : 'it counts as true';
    return [{ path: flag.path, message: `is neither true nor false, so ${counts}. Write one of them.` }];
  });
}

/** Go's `strconv.ParseBool`. */
function goBoolean(text: string | undefined): boolean | undefined {
  if (/^(?:1|t|T|true|True|TRUE)$/u.test(text ?? '')) return true;
  return /^(?:0|f|F|false|False|FALSE)$/u.test(text ?? '') ? false : undefined;
}
