/** Which errors of a request are the network's. All others are faults of ours, and must not send anybody to check it. */
import { systemCode } from '../problem.ts';

/** Connecting, name resolution, and connections that broke. */
const CONNECTION =
  /^(?:ECONN[A-Z]+|ENOTFOUND|EAI_[A-Z]+|EHOST[A-Z]+|ENET[A-Z]+|ETIMEDOUT|EPIPE|EADDRNOTAVAIL|EAFNOSUPPORT)$/;

/** A handshake that failed, and certificates that were refused (the names are those of OpenSSL's `X509_V_ERR_*`). */
const TLS =
  /^(?:EPROTO$|ERR_SSL_|ERR_OSSL_|ERR_TLS_CERT_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_)/;

/** An answer that is no HTTP: the parser's own names. */
const HTTP = /^HPE_/;

/** What the proxy's agent says when the proxy hangs up or talks nonsense. It gives no codes. */
const PROXY = /\bproxy CONNECT response\b|^Proxy connection ended\b/i;

/** True when the other side, or the way to it, is to blame. */
export function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error) || isBug(error)) return false;
  if (error.name === 'TimeoutError') return true;
  const code = systemCode(error);
  if (code === undefined) return PROXY.test(error.message);
  // A firewall on this machine refuses with the codes of file permissions.
  const firewall = (code === 'EACCES' || code === 'EPERM') && Reflect.get(error, 'syscall') === 'connect';
  return firewall || [CONNECTION, TLS, HTTP].some((codes) => codes.test(code));
}

/** True for what only a mistake in a program throws. */
export function isBug(error: unknown): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}
