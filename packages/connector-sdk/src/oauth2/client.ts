/** Who this service is to a provider, and how it proves it. */
import type { Secret } from '@ostiary/primitives';
import { type ClientAuth, ClientSecretPost, None } from 'oauth4webapi';
import { clientSecretOf, type ReadFile, type Registration, type SecretSource } from '../config/index.ts';

/**
 * How the client authenticates at the token endpoint. One way, fixed: trying another after a failure may spend the
 * code that the first attempt carried.
 */
export type ClientAuthentication =
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: SecretSource }
  /** A JWT that somebody else signed for this client, such as a Kubernetes service account token (RFC 7523). */
  | { readonly method: 'client_assertion'; readonly assertion: SecretSource }
  | { readonly method: 'none' };

/** This service as a client of a provider, and how it shows who it is. */
export interface OAuthClient {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
}

/** The client of a configuration: its id, and its secret as it is when it is used. Without one it is a public client. */
export function registeredClient(
  registration: Pick<Registration, 'clientID' | 'clientSecret' | 'clientSecretFile'>,
  { readFile, method }: { readonly readFile: ReadFile; readonly method: 'client_secret_basic' | 'client_secret_post' },
): OAuthClient {
  const secret = clientSecretOf(registration, readFile);
  return {
    clientId: registration.clientID,
    authentication: secret === undefined ? { method: 'none' } : { method, secret },
  };
}

/** The client's proof for one request; the secret is read now, so a replaced one counts. */
export async function clientAuth({ authentication }: OAuthClient): Promise<ClientAuth> {
  if (authentication.method === 'none') return None();
  if (authentication.method === 'client_assertion') return clientAssertion(await authentication.assertion());
  const secret = (await authentication.secret()).reveal();
  return authentication.method === 'client_secret_basic' ? clientSecretBasic(secret) : ClientSecretPost(secret);
}

/**
 * Id and secret are form-encoded before they are joined (RFC 6749 section 2.3.1). Many providers do not decode them, and
 * then every sign that is encoded without need makes a good secret a wrong one. So this encodes as Go's
 * `url.QueryEscape` does, which those providers know from its clients: `-_.~` stay. oauth4webapi encodes them.
 */
function clientSecretBasic(secret: string): ClientAuth {
  return (...[, client, , headers]) => {
    const credentials = `${formEncoded(client.client_id)}:${formEncoded(secret)}`;
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  };
}

/** `application/x-www-form-urlencoded`; `encodeURIComponent` leaves five signs more than Go. */
const formEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

/** RFC 7521 section 4.2. */
function clientAssertion(assertion: Secret): ClientAuth {
  return (_server, client, body) => {
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', assertion.reveal());
  };
}

/**
 * The way a provider takes the secret: Basic, which every provider must support (RFC 6749 section 2.3.1), unless it
 * says that it does not.
 */
export function secretMethod(supported: readonly string[] | undefined): 'client_secret_basic' | 'client_secret_post' {
  const onlyPost = supported?.includes('client_secret_post') === true && !supported.includes('client_secret_basic');
  return onlyPost ? 'client_secret_post' : 'client_secret_basic';
}
