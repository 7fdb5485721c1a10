/** A SOCKS 5 proxy (RFC 1928, RFC 1929) that leads every connection to one port of this machine. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SocksProxy extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Where connections were to go: `host:port` as it was asked, name or address. */
  readonly asked: readonly string[];
}

export interface SocksProxyOptions {
  readonly leadTo: number;
  /** `user:password` it insists on; absent: nobody is asked. */
  readonly user?: string;
  /** What it answers a request with (RFC 1928 section 6); default 0, granted. */
  readonly reply?: number;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const BY_PASSWORD = 2;
const DOMAIN_NAME = 3;

/** Starts it on a free port of 127.0.0.1. */
export async function startSocksProxy(options: SocksProxyOptions): Promise<SocksProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    serve(socket, options, asked).catch((error: unknown) => socket.destroy(error instanceof Error ? error : undefined));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  return {
    address: `127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(socket: Socket, { leadTo, user, reply = 0 }: SocksProxyOptions, asked: string[]): Promise<void> {
  const [, methods = 0] = await read(socket, 2);
  await read(socket, methods);
  socket.write(Buffer.of(VERSION, user === undefined ? NO_AUTHENTICATION : BY_PASSWORD));
  if (user !== undefined) {
    await read(socket, 1);
    const given = [await readText(socket), await readText(socket)].join(':');
    socket.write(Buffer.of(1, given === user ? 0 : 1));
    if (given !== user) return void socket.end();
  }
  const [, , , kind] = await read(socket, 4);
  const host = kind === DOMAIN_NAME ? await readText(socket) : (await read(socket, 4)).join('.');
  asked.push(`${host}:${(await read(socket, 2)).readUInt16BE()}`);
  socket.write(Buffer.of(VERSION, reply, 0, 1, 0, 0, 0, 0, 0, 0));
  if (reply !== 0) return void socket.end();
  const target = connect(leadTo, '127.0.0.1');
  target.on('error', () => socket.destroy());
  socket.on('close', () => target.destroy());
  socket.pipe(target).pipe(socket);
}

async function readText(socket: Socket): Promise<string> {
  const [length = 0] = await read(socket, 1);
  return (await read(socket, length)).toString();
}

/** Exactly so many bytes. @throws when the other end has no more. */
async function read(socket: Socket, bytes: number): Promise<Buffer> {
  while (!socket.readableEnded) {
    const chunk: unknown = socket.read(bytes);
    if (Buffer.isBuffer(chunk)) return chunk;
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
  throw new Error('the other end has hung up');
}
