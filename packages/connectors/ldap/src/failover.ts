/** Servers that stand in for each other. */
import { type Account, bindService, type Connecting, type Connection, connect, longestConnect } from './connection.ts';
import { directoryFailure } from './failure.ts';
import { type Server, serversOf } from './servers.ts';

/** What connections of the account of this service are made with. */
export interface ServiceConnecting extends Connecting {
  /** The account of this service, with its password as it is now. */
  readonly account: () => Promise<Account>;
}

/** Where connections come from. */
export interface ConnectionSource<C> {
  /** Connects to the first server that answers, beginning with the one that answered last. */
  open(): Promise<C>;
  /** Begins with another server from now on, if this connection is to the one that comes first. */
  turnAway(from: C): void;
  /** Whether there is more than one server. */
  readonly hasOthers: boolean;
  /** Milliseconds that `open` takes at most. */
  readonly longest: number;
}

/** Connections to the servers of a configuration. */
export function serviceConnections(connecting: ServiceConnecting): ConnectionSource<Connection> {
  const servers = serversOf(connecting.config);
  let first = 0;
  return {
    async open() {
      const connection = await connectToFirst([...servers.slice(first), ...servers.slice(0, first)], connecting);
      first = servers.indexOf(connection.server);
      return connection;
    },
    turnAway({ server }) {
      if (servers[first] === server) first = (first + 1) % servers.length;
    },
    hasOthers: servers.length > 1,
    longest: servers.length * longestConnect(connecting.config),
  };
}

/**
 * Connects to the first of these servers that answers.
 *
 * @throws {OstiaryError} as `directoryFailure` says of the last one, when none does.
 */
export async function connectToFirst(servers: readonly Server[], connecting: ServiceConnecting): Promise<Connection> {
  const account = await connecting.account();
  let last: unknown;
  for (const server of servers) {
    try {
      return await connect(server, connecting, (client) => bindService(client, account));
    } catch (error) {
      last = directoryFailure(error, server.url);
    }
  }
  throw last;
}
