/** What `kubectl login` is asked to do: a new login, or the renewal of a session. */
import { readCertificates } from '../certificate-file.ts';
import type { LoginOptions } from '../login/flow.ts';
import { DEFAULT_CLIENT, loginCommandOf } from '../login/login-command.ts';
import { parseIssuerArgument } from '../oidc/provider.ts';
import { shellWord } from '../plain-text.ts';
import { problem } from '../problem.ts';
import type { Session } from '../store/session.ts';
import type { System } from '../system.ts';
import { sessionOfContext } from './current-session.ts';
import { assertSessionId } from './get-token.ts';

/** The flags, as they were typed. */
export interface LoginFlags {
  readonly session?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly server?: string;
  readonly clusterCa?: string;
  readonly clientId?: string;
  readonly scope?: readonly string[];
  readonly connectorId?: string;
  readonly prompt?: string;
  readonly loginHint?: string;
  readonly certificateAuthority?: string;
  readonly listenAddress: string;
  readonly callbackPath?: string;
  readonly browserCommand?: string;
  /** False for `--skip-open-browser`. */
  readonly openBrowser: boolean;
  readonly device?: boolean;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

/** Where to log in and how; everything that a renewal takes from the session it renews. */
export interface Target {
  readonly issuer: URL;
  readonly options: LoginOptions;
  readonly certificateAuthority: string | undefined;
  /** The session to renew, if there is one: it keeps its key, and the kubeconfig stays, unless a flag asks for more. */
  readonly renewed: Session | undefined;
  /** The person logs in with a code. */
  readonly byDevice: boolean;
}

/**
 * Reads the flags. What they say of the login counts for a new session; a renewed one keeps what it was made with.
 *
 * @throws {OstiaryError} `config/invalid` for a flag that would have no effect.
 */
export function chooseTarget(issuer: string | undefined, flags: LoginFlags, system: System): Target {
  const common = { prompt: flags.prompt, loginHint: flags.loginHint, timeoutMs: flags.timeout * 1000 };
  const addedRoots =
    flags.certificateAuthority === undefined ? undefined : readCertificates(flags.certificateAuthority);
  if (issuer !== undefined) {
    assertNoSession(issuer, flags);
    const url = parseIssuerArgument(issuer);
    const options = {
      ...common,
      clientId: flags.clientId ?? DEFAULT_CLIENT,
      scopes: wordsOf(flags.scope),
      connectorId: flags.connectorId,
    };
    const byDevice = isByDevice(flags, undefined);
    const certificateAuthority = addedRoots ?? knownRoots(url, system);
    return { issuer: url, options, certificateAuthority, renewed: undefined, byDevice };
  }
  const renewed = chooseSession(flags, system);
  const { key } = renewed;
  const options = { ...common, ...key, loginHint: flags.loginHint ?? key.loginHint };
  const certificateAuthority = addedRoots ?? renewed.certificateAuthority;
  return { issuer: new URL(key.issuer), options, certificateAuthority, renewed, byDevice: isByDevice(flags, renewed) };
}

/** A request for a code says nothing of these to the issuer (RFC 8628 section 3.1), and no browser is started. */
function isByDevice(flags: LoginFlags, renewed: Session | undefined): boolean {
  const { connectorId, prompt, callbackPath, browserCommand } = flags;
  const given = { '--connector-id': connectorId, '--prompt': prompt, '--callback-path': callbackPath };
  const [flag] = Object.entries({ ...given, '--browser-command': browserCommand })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const byDevice = flags.device ?? renewed?.byDevice ?? false;
  if (!byDevice || flag === undefined) return byDevice;
  throw problem({
    code: 'config/invalid',
    cause: `${flag} has no effect on a login with a code.`,
    remedy: 'Leave it out, or log in by browser: --no-device.',
  });
}

const wordsOf = (scopes: readonly string[] = []): readonly string[] =>
  scopes.flatMap((scope) => scope.split(/[\s,]+/)).filter(Boolean);

function assertNoSession(issuer: string, { session }: LoginFlags): void {
  if (session === undefined) return;
  throw problem({
    code: 'config/invalid',
    cause: 'An issuer is for a new login, and --session for the renewal of an old one.',
    remedy: `Leave one out: kubectl login ${shellWord(issuer)}, or kubectl login --session=${shellWord(session)}`,
  });
}

/** The roots that a session at the same issuer was given, so that they need to be given once only; the latest count. */
function knownRoots(issuer: URL, { store }: System): string | undefined {
  const bare = (url: string): string => new URL(url).href.replace(/\/$/, '');
  return store
    .list()
    .flatMap((id) => findUsable(id, store) ?? [])
    .filter(
      ({ key, certificateAuthority }) => certificateAuthority !== undefined && bare(key.issuer) === bare(issuer.href),
    )
    .sort((a, b) => b.loggedInAt - a.loggedInAt)[0]?.certificateAuthority;
}

/** A file of another session that others may read does not stand in the way of this login. */
function findUsable(id: string, store: System['store']): Session | undefined {
  try {
    return store.find(id);
  } catch {
    return undefined;
  }
}

/** The session to renew. */
function chooseSession(flags: LoginFlags, system: System): Session {
  const id = flags.session ?? sessionOfContext(flags, system);
  if (id === undefined) {
    throw problem({
      code: 'config/invalid',
      cause: 'The current context does not use kubectl login, so it is unknown where to log in.',
      remedy: 'Name the issuer: kubectl login https://login.example.com',
    });
  }
  assertSessionId(id);
  const session = system.store.load(id);
  assertOwnKey(session, flags);
  return session;
}

/** A flag that would make another session has no effect on this one. */
function assertOwnKey({ id, key }: Session, { clientId, scope, connectorId, loginHint }: LoginFlags): void {
  const fixed = { '--client-id': clientId, '--scope': scope, '--connector-id': connectorId };
  const foreign = loginHint === key.loginHint || key.loginHint === undefined ? undefined : loginHint;
  const given = Object.entries({ ...fixed, '--login-hint': foreign }).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  const [flag] = given;
  const made = flag === '--login-hint' ? ` was made with --login-hint ${key.loginHint}, and` : '';
  const other = {
    issuer: key.issuer,
    clientId: clientId ?? key.clientId,
    scopes: scope === undefined ? key.scopes : wordsOf(scope),
    connectorId: connectorId ?? key.connectorId,
    loginHint: loginHint ?? key.loginHint,
  };
  throw problem({
    code: 'config/invalid',
    cause: `Session ${id}${made} stays as it is: ${flag} makes another one.`,
    remedy: `For a new session: ${loginCommandOf(other)} --context NAME`,
  });
}
