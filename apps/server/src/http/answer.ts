/** What goes to the socket, decided first and then written in one go. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Header names and values in turn: `['content-type', 'text/css', ...]`. Names in lower case. */
export type HeaderList = readonly string[];

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string | Uint8Array;
}

/** Length of the body in bytes. */
export function bodyLength(answer: Answer): number {
  return typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.byteLength;
}

/**
 * Writes an answer. A HEAD request gets the headers of the GET, the length included.
 *
 * @throws {TypeError} before anything is written, when a header holds a character that HTTP forbids.
 */
export function send(res: ServerResponse<IncomingMessage>, requestId: string, answer: Answer): void {
  const headers = answer.headers.slice();
  headers.push('x-request-id', requestId, 'content-length', String(bodyLength(answer)));
  res.writeHead(answer.status, headers);
  res.end(res.req.method === 'HEAD' ? undefined : answer.body);
}
