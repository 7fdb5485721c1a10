/** The way to one server, which is opened once. */
import { connect as connectPlainly, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls';
import { BerReader, type ClientOptions } from 'ldapts';
import type { Server } from './servers.ts';

/** The sockets of a client: one, or two where the second is TLS over the first. */
export interface Sockets {
  /** For the client. They are opened when it wants them, and never a second time. */
  readonly options: Required<Pick<ClientOptions, 'createConnection' | 'createSecureConnection'>>;
  /** Whether the server still listens, as far as is known. */
  isOpen(): boolean;
  /** Cuts the way, whatever is on it. */
  destroy(): void;
}

/**
 * Ldapts opens a way again that was lost, without a word. Nobody would be bound on it, and after StartTLS it would be in
 * clear, so that is refused here. So is StartTLS when more came in clear than the answer to it: ldapts would put the rest
 * in front of what comes over TLS, and whoever is in between could begin the answer to a bind with a yes.
 */
export function socketsOf({ url, host }: Server, tls: ConnectionOptions): Sockets {
  const opened: Socket[] = [];
  const port = Number(new URL(url).port);
  const isSecure = url.startsWith('ldaps:');
  let inClear = Buffer.alloc(0);
  const hear = (bytes: Buffer): void => {
    if (inClear.length <= longestAnswer) inClear = Buffer.concat([inClear, bytes]);
  };
  const keep = <S extends Socket>(socket: S): S => {
    opened.push(socket);
    return socket;
  };
  return {
    options: {
      createConnection() {
        if (opened.length > 0) throw new LostConnection();
        return keep(connectPlainly(port, host)).on('data', hear);
      },
      createSecureConnection() {
        const [socket] = opened;
        if (opened.length > (isSecure ? 0 : 1)) throw new LostConnection();
        if (socket !== undefined && !isOneMessage(inClear)) throw new ClearTextBehindStartTls();
        socket?.off('data', hear);
        return keep(connectSecurely({ ...tls, ...(socket === undefined ? { host, port } : { socket }) }));
      },
    },
    isOpen: () => opened.at(-1)?.readyState === 'open',
    destroy() {
      for (const socket of opened) socket.destroy();
    },
  };
}

/** Bytes of an answer to StartTLS at most, so that nothing is kept of a way that stays in clear. */
const longestAnswer = 10_000;

/** Whether this is one whole message, and nothing behind it. */
function isOneMessage(bytes: Buffer): boolean {
  const reader = new BerReader(bytes);
  return reader.readSequence() !== null && reader.remain === reader.length;
}

/** Says that somebody in between, or a server that is out of order, did not wait for TLS. */
class ClearTextBehindStartTls extends Error {
  readonly code = 'CLEAR_TEXT_BEHIND_STARTTLS';
  override readonly name = 'ClearTextBehindStartTls';
}

/** Says that the way to the server is gone. */
export class LostConnection extends Error {
  readonly code = 'ECONNRESET';
  override readonly name = 'LostConnection';
}
