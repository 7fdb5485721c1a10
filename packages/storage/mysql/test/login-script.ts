import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { freePort } from '@ostiary/tooling-servers';

/** A server that asks for a password in one way, and what it was sent. */
export interface LoginScript extends AsyncDisposable {
  readonly port: number;
  /** The packets of the client, without their headers, of all connections. */
  readonly received: readonly Buffer[];
}

/** What the client says it can do, from the beginning of its first packet. */
export const capability = { localFiles: 0x80, multiStatements: 0x1_00_00 } as const;

const CAPABILITIES = 0x00_0f_ff_ff & ~0x800; // all of the older ones but TLS
const SALT = Buffer.alloc(20, 0x2a);

/** Plays a MySQL up to the moment at which it names the plugin that a user has to log in with. */
export async function startLoginScript(plugin: string): Promise<LoginScript> {
  const port = await freePort();
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.write(packet(0, greeting()));
    socket.on('data', (data) => {
      received.push(data.subarray(4));
      const question = Buffer.concat([Buffer.from([0xfe]), text(plugin), SALT, Buffer.from([0])]);
      if (data[3] === 1) socket.write(packet(2, question));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function packet(sequence: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(body.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, body]);
}

/** Protocol 10, as the manual of MySQL has it under "Handshake V10". */
function greeting(): Buffer {
  const middle = Buffer.alloc(8);
  middle.writeUInt16LE(CAPABILITIES & 0xff_ff, 0);
  middle[2] = 45; // utf8mb4
  middle.writeUInt16LE(2, 3); // autocommit
  middle.writeUInt16LE(CAPABILITIES >>> 16, 5);
  middle[7] = SALT.length + 1;
  const thread = Buffer.from([1, 0, 0, 0]);
  return Buffer.concat([
    ...[Buffer.from([10]), text('9.9.9'), thread, SALT.subarray(0, 8), Buffer.from([0]), middle, Buffer.alloc(10)],
    ...[SALT.subarray(8), Buffer.from([0]), text('caching_sha2_password')],
  ]);
}
