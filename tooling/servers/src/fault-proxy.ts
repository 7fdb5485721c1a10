import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on 127.0.0.1 that can be made to fail as networks do. */
export interface FaultProxy extends AsyncDisposable {
  /**
   * The next thing that the server says is lost, and the connection with it. The server has done what was asked.
   *
   * @param after so many things that it says are passed on before
   */
  loseNextReply(after?: number): void;
  /** The connections that are open now stay open and pass nothing on any more. New ones work. */
  silence(): void;
  /** New connections are silent as well. */
  silenceAll(): void;
}

interface Faults {
  /** The reply is lost at which this becomes 0. */
  repliesUntilLoss: number;
  /** Connections with a number below this one are silent. */
  silentBelow: number;
}

/** Starts a proxy on one port of 127.0.0.1 in front of another. */
export async function startFaultProxy(port: number, target: number): Promise<FaultProxy> {
  const faults: Faults = { repliesUntilLoss: 0, silentBelow: 0 };
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    join({ client, upstream, faults, number: count });
    count += 1;
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    loseNextReply(after = 0) {
      faults.repliesUntilLoss = after + 1;
    },
    silence() {
      faults.silentBelow = count;
    },
    silenceAll() {
      faults.silentBelow = Number.POSITIVE_INFINITY;
    },
    [Symbol.asyncDispose]: () => close(server, sockets),
  };
}

interface Joint {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly faults: Faults;
  readonly number: number;
}

function join({ client, upstream, faults, number }: Joint): void {
  const isSilent = (): boolean => number < faults.silentBelow;
  client.on('data', (data) => {
    if (!isSilent()) upstream.write(data);
  });
  upstream.on('data', (data) => {
    if (isSilent()) return;
    faults.repliesUntilLoss -= 1;
    if (faults.repliesUntilLoss === 0) {
      client.destroy();
      upstream.destroy();
    } else client.write(data);
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
}
