/** The way to one server, which is opened once. */
import { connect as connectPlainly, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls';
import type { ClientOptions } from 'ldapts';
import { type Messages, openMessages } from './messages.ts';
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
 * clear, so that is refused here. So is StartTLS when more came in clear than the answer to it: put in front of what comes
 * over TLS, it could be the beginning of an answer to a bind that says yes, from whoever is in between.
 */
export function socketsOf({ url, host }: Server, tls: ConnectionOptions): Sockets {
  const opened: Socket[] = [];
  const port = Number(new URL(url).port);
  const isSecure = url.startsWith('ldaps:');
  const inClear = openMessages();
  const keep = <S extends Socket>(socket: S, messages: Messages): S => {
    opened.push(socket);
    return hearing(socket, messages);
  };
  return {
    options: {
      createConnection() {
        if (opened.length > 0) throw new LostConnection();
        return keep(connectPlainly(port, host), inClear);
      },
      createSecureConnection() {
        const [socket] = opened;
        if (opened.length > (isSecure ? 0 : 1)) throw new LostConnection();
        if (socket !== undefined && !inClear.isOne()) throw new ClearTextBehindStartTls();
        const way = socket === undefined ? { host, port } : { socket };
        return keep(connectSecurely({ ...tls, ...way }), openMessages());
      },
    },
    isOpen: () => opened.at(-1)?.readyState === 'open',
    destroy() {
      for (const socket of opened) socket.destroy();
    },
  };
}

/** The socket, which hands on whole messages, one at a time, and ends at the first byte that is of none. */
function hearing<S extends Socket>(socket: S, messages: Messages): S {
  const { emit } = socket;
  const pass = (event: string | symbol, heard: readonly unknown[]): boolean =>
    Reflect.apply(emit, socket, [event, ...heard]);
  // Not a listener: whoever listens besides would hear the bytes as they came.
  socket.emit = (event: string | symbol, ...heard: unknown[]): boolean => {
    const [bytes] = heard;
    if (event !== 'data' || !Buffer.isBuffer(bytes)) return pass(event, heard);
    const whole = messages.take(bytes);
    if (whole === undefined) socket.destroy(new BrokenMessage('the server sent what is no message of LDAP'));
    for (const message of whole ?? []) pass(event, [message]);
    return true;
  };
  return socket;
}

class BrokenMessage extends Error {
  override readonly name = 'BrokenMessage';
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
