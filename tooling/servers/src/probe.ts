import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/**
 * Asks a URL once, over a connection of its own.
 *
 * @param url http or https
 * @param ca PEM text of the CA to trust, for https
 * @returns the HTTP status, or undefined when nobody answered within a second
 */
export async function probe(url: string, ca?: string): Promise<number | undefined> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const asked = request(url, { agent: false, timeout: 1_000, ...(ca === undefined ? {} : { ca }) }, (reply) => {
    reply.resume();
    resolve(reply.statusCode);
  });
  asked.on('timeout', () => asked.destroy());
  asked.on('error', () => resolve(undefined));
  asked.end();
  return promise;
}
