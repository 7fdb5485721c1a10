/** A way to a server that can be shut to new connections while those that are open stay. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way, and how many came. */
export interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Connections that came, whether or not they were let through. */
  arrived(): number;
  /** Turns away whoever comes from now on. */
  shut(): void;
}

/** Opens a gate on a free port of 127.0.0.1 in front of a port there. */
export async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let [isShut, arrived] = [false, 0];
  const server = createServer((socket) => {
    arrived += 1;
    if (isShut) return void socket.destroy();
    const through = connect(port, '127.0.0.1');
    for (const end of [socket, through]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
    socket.pipe(through).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    arrived: () => arrived,
    shut: () => {
      isShut = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
