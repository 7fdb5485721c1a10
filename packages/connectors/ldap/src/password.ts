/** Trying a password: a bind on a connection of its own. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import type { Secret } from '@ostiary/primitives';
import { type Connecting, connect } from './connection.ts';
import { directoryFailure, isRefused, refusalOf, resultCode } from './failure.ts';
import type { Server } from './servers.ts';

/** A name and a password. */
export interface Typed {
  /** The entry; `undefined` for a name that nobody has. */
  readonly dn: string | undefined;
  readonly password: Secret;
}

/** What a password is tried with. */
export interface Trying extends Connecting {
  readonly log: ConnectorContext['log'];
}

/**
 * Whether this is the password of that entry. Without one it is false, after as much time: the password is tried with an
 * entry that is not there, for which servers have answers of all kinds.
 *
 * @throws {OstiaryError} as `directoryFailure` says.
 */
export async function hasPassword(server: Server, { dn, password }: Typed, trying: Trying): Promise<boolean> {
  const name = dn ?? `cn=nobody,${trying.config.userSearch.baseDN}`;
  try {
    const connection = await connect(server, trying, (client) => client.bind(name, password.reveal()));
    await connection.close();
    return dn !== undefined;
  } catch (error) {
    if (dn === undefined && isAnswer(error)) return false;
    if (!isRefused(error)) throw directoryFailure(error, server.url);
    const reason = refusalOf(error);
    // The field that names people in the other lines too: an operator may leave it out of the log.
    if (reason !== undefined) trying.log.info('ldap.account_refused', { user: name, reason });
    return false;
  }
}

/** Codes that everybody gets, whoever they are: it wants TLS or a stronger bind, or it has no time. */
const forEverybody: ReadonlySet<number> = new Set([8, 13, 51, 52]);

function isAnswer(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && !forEverybody.has(code);
}
