/** Reads `application/x-www-form-urlencoded` bodies, up to a size. */
import type { IncomingMessage } from 'node:http';

/** The largest body that is read, in bytes, where an endpoint does not ask for more. */
export const FORM_LIMIT: number = 64 * 1024;

/** A body of tiny fields takes long to read, and no form of ours has more than a dozen. */
const MOST_FIELDS = 1000;

/** `none`: no form was sent. The others are refused; after `too_large` the rest of the body is thrown away. */
export type FormBody = URLSearchParams | 'none' | 'too_large' | 'malformed' | 'aborted';

/** Reads the form of a request. Parameters that come twice stay twice: refusing them is for the issuer. */
export async function readForm(req: IncomingMessage, limit: number = FORM_LIMIT): Promise<FormBody> {
  if (!isForm(req)) return 'none';
  // NaN is not larger than anything: a body of unknown length is counted while it is read.
  if (Number(req.headers['content-length']) > limit) return 'too_large';
  const body = await readBody(req, limit);
  return typeof body === 'string' ? body : parseForm(body);
}

/** True when every percent sign begins an escape and the escapes are UTF-8. */
export function isWellEncoded(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isForm(req: IncomingMessage): boolean {
  const type = req.headers['content-type'];
  if (type === undefined || req.headers['content-encoding'] !== undefined) return false;
  return type.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseForm(body: Buffer): URLSearchParams | 'malformed' | 'too_large' {
  try {
    const text = utf8.decode(body);
    if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) return 'too_large';
    return isWellEncoded(text) ? new URLSearchParams(text) : 'malformed';
  } catch {
    return 'malformed';
  }
}

function readBody(req: IncomingMessage, limit: number): Promise<Buffer | 'too_large' | 'aborted'> {
  // Events and not `for await`: leaving that loop early destroys the socket, and with it the answer.
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) resolve('too_large');
      else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('error', () => resolve('aborted'));
    req.on('close', () => resolve('aborted'));
  });
}
