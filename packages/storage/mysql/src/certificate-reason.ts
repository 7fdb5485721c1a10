import { TLSSocket } from 'node:tls';

/**
 * Gives an error of the handshake the code that Node has for what is wrong with the certificate: the client writes its own
 * over it. Where certificates are not checked Node has one, too, which is no reason for anything.
 */
export function withCertificateReason(error: unknown, stream: unknown): unknown {
  const isOfHandshake = error instanceof Error && 'code' in error && error.code === 'HANDSHAKE_SSL_ERROR';
  if (!isOfHandshake || !(stream instanceof TLSSocket) || !stream.authorizationError) return error;
  // Declared as an error, and set to its code.
  return Object.assign(error, { code: String(stream.authorizationError) });
}
