import { once } from 'node:events';
import { join } from 'node:path';
import type { ClientMetadata } from 'oidc-provider';
import type { Certificate } from './certificates.ts';
import { freePort } from './free-port.ts';
import type {
  ProviderAccount,
  ProviderCommand,
  ProviderLifetimes,
  ProviderReply,
  ProviderRequest,
} from './openid-provider-messages.ts';
import { type ManagedProcess, startProcess, withTail } from './process.ts';

const answerTimeoutMs = 15_000;

/** What the provider knows. */
export interface OpenIdProviderOptions {
  /** Clients in the words of OpenID Connect Dynamic Registration: client_id, client_secret, redirect_uris, ... */
  readonly clients: readonly ClientMetadata[];
  readonly accounts: readonly ProviderAccount[];
  readonly lifetimes?: ProviderLifetimes | undefined;
  /** `all` (default) puts the claims of the granted scopes into ID tokens too; `standard` only into userinfo. */
  readonly idTokenClaims?: 'all' | 'standard' | undefined;
  /** Serves https with this certificate. */
  readonly certificate?: Certificate | undefined;
}

/** A certified OpenID provider (node-oidc-provider) in a process of its own, with scopes openid, email, profile, groups. */
export interface OpenIdProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly pid: number;
  log(): string;
  /** Adds an account or replaces its claims: the next token or userinfo answer has them. */
  setAccount(account: ProviderAccount): Promise<void>;
  /** Removes an account: its refresh tokens stop working. */
  removeAccount(sub: string): Promise<void>;
  /** Signs with new keys from now on; the old ones stay in the JWKS (`published`) or leave it (`forgotten`). */
  rotateKeys(old: 'published' | 'forgotten'): Promise<void>;
  /** Refuses connections and drops the open ones, as if it were down. Sessions and tokens are kept. */
  goDown(): Promise<void>;
  /** Listens on the same port again. */
  comeUp(): Promise<void>;
}

/** Starts the provider on a free port of 127.0.0.1. Its login form takes the `sub` of an account and any password. */
export async function startOpenIdProvider(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
  const port = await freePort();
  const { certificate } = options;
  const issuer = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const running = await startProcess({
    name: 'openid-provider',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'openid-provider-process.ts')],
    messages: 'channel',
  });
  const ask = commander(running);
  try {
    await ask({
      type: 'open',
      settings: {
        issuer,
        port,
        tls: certificate && { cert: certificate.certificate, key: certificate.key },
        clients: options.clients,
        accounts: options.accounts,
        lifetimes: options.lifetimes ?? {},
        idTokenClaims: options.idTokenClaims ?? 'all',
      },
    });
  } catch (error) {
    await running.kill();
    throw error;
  }
  return {
    issuer,
    pid: running.pid,
    log: running.log,
    setAccount: (account) => ask({ type: 'set-account', account }),
    removeAccount: (sub) => ask({ type: 'remove-account', sub }),
    rotateKeys: (old) => ask({ type: 'rotate-keys', old }),
    goDown: () => ask({ type: 'refuse' }),
    comeUp: () => ask({ type: 'listen' }),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Sends commands to the process, one answer each, and gives up when it dies or is silent for too long. */
function commander(running: ManagedProcess): (command: ProviderCommand) => Promise<void> {
  let last = 0;
  return async (command) => {
    last += 1;
    const request: ProviderRequest = { id: last, command };
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), answerTimeoutMs);
    void running.exited.then(() => over.abort());
    const answer = replyTo(running, request.id, over.signal);
    try {
      running.child.send(request);
      const { error } = await answer;
      if (error !== undefined) throw new Error(withTail(`openid-provider: ${error}`, running.log()));
    } catch (cause) {
      if (!over.signal.aborted) throw cause;
      throw new Error(withTail(`openid-provider did not answer "${command.type}"`, running.log()), { cause });
    } finally {
      clearTimeout(timer);
    }
  };
}

async function replyTo(running: ManagedProcess, id: number, signal: AbortSignal): Promise<ProviderReply> {
  for (;;) {
    // Only openid-provider-process.ts writes to this channel, and only replies.
    const [reply] = (await once(running.child, 'message', { signal })) as [ProviderReply];
    if (reply.id === id) return reply;
  }
}
