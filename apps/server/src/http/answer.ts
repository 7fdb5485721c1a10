/** What goes to the socket, decided first and then written in one go. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Header names and values in turn: `['content-type', 'text/css', ...]`. Names in lower case. */
export type HeaderList = readonly string[];

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string | Uint8Array;
  /** Length of the body, where it has been counted. */
  readonly bytes?: number;
}

/**
 * Writes an answer. A HEAD request gets the headers of the GET, the length included.
 *
 * @returns the length of the body in bytes.
 * @throws {TypeError} before anything is written, when a header holds a character that HTTP forbids.
 */
export function send(res: ServerResponse<IncomingMessage>, requestId: string, answer: Answer): number {
  const { body } = answer;
  const bytes = answer.bytes ?? Buffer.byteLength(body);
  const headers = answer.headers.slice();
  headers.push('x-request-id', requestId, 'content-length', String(bytes));
  res.writeHead(answer.status, headers);
  res.end(res.req.method === 'HEAD' ? undefined : body);
  return bytes;
}
