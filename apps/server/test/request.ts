/** Requests exactly as they are written: no path is tidied, no header added. */
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface Sent {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/**
 * Sends a request on a connection of its own and reads the answer.
 *
 * @param origin `http://127.0.0.1:port`
 * @param path sent as it is.
 */
export function ask(
  origin: string,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const sent = request(
    { host: '127.0.0.1', port: new URL(origin).port, agent: false, method, path, headers },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { statusCode: status = 0, headers: received, rawHeaders } = answer;
        resolve({ status, headers: received, rawHeaders, body: Buffer.concat(chunks).toString() });
      });
      answer.on('error', reject);
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
