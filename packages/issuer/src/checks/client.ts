import { OstiaryError } from '@ostiary/primitives';
import { safeEqual } from '@ostiary/token-core';
import type { Client, ClientRegistry } from '../client.ts';
import type { Parameters } from '../parameters.ts';
import type { IssuerRequest } from '../request.ts';

/** A token request, and the parameters of its body. */
export interface ClientRequest {
  readonly params: Parameters;
  readonly request: IssuerRequest;
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly method: 'basic' | 'body';
}

/**
 * Authenticates the client of a token request (RFC 6749 section 2.3): `client_secret_basic`, `client_secret_post`, or
 * `none` for a public client without a secret. An unknown client and a wrong secret are the same answer.
 *
 * @throws {OstiaryError} `oauth/invalid_client` or `oauth/invalid_request`
 */
export async function authenticateClient({ params, request }: ClientRequest, clients: ClientRegistry): Promise<Client> {
  const credentials = readCredentials(params, request.headers.get('authorization'));
  const client = credentials.id === '' ? undefined : await clients.find(credentials.id);
  const expected = client === undefined ? [] : client.secrets.map((secret) => secret.reveal());
  // An empty secret is one that somebody forgot to set: nothing equals it.
  const matches = expected.map((secret) => secret !== '' && safeEqual(secret, credentials.secret));
  const isOpen = client?.public === true && expected.length === 0 && credentials.secret === '';
  if (client === undefined || !(isOpen || matches.includes(true))) {
    throw new OstiaryError('oauth/invalid_client', 'Invalid client credentials.', {
      detail: { client: credentials.id.slice(0, 200), known: client !== undefined, method: credentials.method },
    });
  }
  return client;
}

/**
 * Anybody can come as a public client, and try tokens (RFC 7662 section 4). A secret that everybody has is none.
 *
 * @param what the client would do.
 * @throws {OstiaryError} `oauth/invalid_client`
 */
export function requireConfidential(client: Client, what: string): void {
  if (!client.public) return;
  throw new OstiaryError('oauth/invalid_client', `A public client cannot ${what}. Use a client with a secret.`, {
    detail: { client: client.id },
  });
}

function readCredentials(form: Parameters, header: string | null): Credentials {
  const basic = header === null ? undefined : /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1];
  if (basic === undefined) {
    if (header !== null) {
      throw new OstiaryError('oauth/invalid_client', 'The Authorization header must use the Basic scheme.');
    }
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '', method: 'body' };
  }
  const [id, secret] = decodeBasic(basic);
  const named = form.get('client_id');
  if (named !== undefined && named !== id) {
    throw new OstiaryError(
      'oauth/invalid_request',
      'client_id in the body is not the one of the Authorization header.',
    );
  }
  // Client libraries repeat the id in the body, which is fine; the secret would be a second method.
  if (form.get('client_secret') !== undefined) {
    throw new OstiaryError(
      'oauth/invalid_request',
      'client_secret is in the body besides the Authorization header. Use one of them.',
    );
  }
  return { id, secret, method: 'basic' };
}

/** Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1). */
function decodeBasic(encoded: string): readonly [id: string, secret: string] {
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const parts = colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
  const [id, secret] = parts.map((part, index) => {
    try {
      return decodeURIComponent(part.replaceAll('+', ' '));
    } catch {
      const name = index === 0 ? 'client_id' : 'client_secret';
      throw new OstiaryError('oauth/invalid_request', `${name} improperly encoded.`);
    }
  });
  return [id ?? '', secret ?? ''];
}
