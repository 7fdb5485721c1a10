/** Reads the body of a request as text, up to a size. */
import type { IncomingMessage } from 'node:http';

/** The largest body that is read, in bytes, where an endpoint does not ask for more. */
export const BODY_LIMIT: number = 64 * 1024;

/** Why a body cannot be read. After `too_large` the rest of it is thrown away. */
export type UnreadableBody = 'too_large' | 'malformed' | 'aborted';

/** A body as text, or why there is none. */
export type BodyText = { readonly text: string } | UnreadableBody;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param limit in bytes. `malformed`: bytes that are no UTF-8. */
export async function readText(req: IncomingMessage, limit: number): Promise<BodyText> {
  // NaN is not larger than anything: a body of unknown length is counted while it is read.
  if (Number(req.headers['content-length']) > limit) return 'too_large';
  const bytes = await readBytes(req, limit);
  if (typeof bytes === 'string') return bytes;
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return 'malformed';
  }
}

/** Whether the body is of that media type, and not compressed. Its `charset` says nothing: it is read as UTF-8. */
export function isOfType(req: IncomingMessage, mediaType: string): boolean {
  const type = req.headers['content-type'];
  if (type === undefined || req.headers['content-encoding'] !== undefined) return false;
  return type.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
}

function readBytes(req: IncomingMessage, limit: number): Promise<Buffer | 'too_large' | 'aborted'> {
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
