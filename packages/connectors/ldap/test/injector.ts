/** Somebody between a connector and its directory, who puts bytes behind the answer to StartTLS. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way through them. */
export interface Injector extends AsyncDisposable {
  readonly host: string;
}

/** Listens on a free port of 127.0.0.1 and passes on what comes, to the directory at `port` and back. */
export async function startInjector(port: number, behind: Buffer): Promise<Injector> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const directory = connect(port, '127.0.0.1');
    let answers = 0;
    for (const socket of [client, directory]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (bytes) => directory.write(bytes)).on('close', () => directory.destroy());
    directory.on('close', () => client.destroy());
    directory.on('data', (bytes) => {
      answers += 1;
      client.write(answers === 1 ? Buffer.concat([bytes, behind]) : bytes);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
