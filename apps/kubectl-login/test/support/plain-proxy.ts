/** A "proxy" that makes no tunnel: it answers CONNECT with given text, as an attacker on the way would, and hangs up. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface PlainProxy extends AsyncDisposable {
  readonly url: string;
  /** All that was sent to it, one entry for each connection. */
  readonly received: readonly string[];
}

/** Starts it on a free port of 127.0.0.1. @param answer written when the end of the request's header came */
export async function startPlainProxy(answer: string): Promise<PlainProxy> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const at = received.push('') - 1;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const before = received[at] ?? '';
      received[at] = before + chunk.toString('latin1');
      if (!before.includes('\r\n\r\n') && received[at].includes('\r\n\r\n')) socket.end(answer, 'latin1');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP answer with a JSON body. @param status such as `200 OK` */
export function plainAnswer(status: string, body: unknown): string {
  const text = JSON.stringify(body);
  const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close`;
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${text}`;
}
