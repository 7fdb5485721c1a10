import { OstiaryError } from '@ostiary/primitives';
import { readCodeChallenge } from '../checks/pkce.ts';
import { readMaxAge, readPrompt } from '../checks/prompt.ts';
import { mayRedirectTo, mayUseDevices } from '../checks/redirect-uri.ts';
import { checkScopes } from '../checks/scope.ts';
import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import { noLongerWaits, openDeviceRequest } from '../devices/device.ts';
import { splitList } from '../parameters.ts';
import type { AuthorizationParameters } from './authorization-parameters.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { readSealedUserCode } from './device-parameter.ts';
import { readExpectedSubject } from './expected-subject.ts';

/** Where an answer to this request may be sent, and for whom. Until this is known an error is a page. */
export interface Destination {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string | undefined;
  /** The whole request, when a device made it: it was checked then. */
  readonly deviceRequest?: AuthorizationRequest;
}

/**
 * Finds the client and matches its redirect URI. Nothing may redirect before this has returned.
 *
 * @throws {OstiaryError} `oauth/invalid_request`, with the page problem in its detail; `login/expired` for a device that
 *   does not wait
 */
export async function parseDestination(params: AuthorizationParameters, context: IssuerContext): Promise<Destination> {
  const userCode = await readSealedUserCode(params, context);
  if (userCode !== undefined) return deviceDestination(userCode, context);
  const clientId = params.get('client_id');
  const client = clientId === undefined ? undefined : await context.clients.find(clientId);
  if (client === undefined) {
    throw new OstiaryError('oauth/invalid_request', 'Invalid client_id provided.', {
      detail: { page: 'unknown_client', client: (clientId ?? '').slice(0, 200) },
    });
  }
  const redirectUri = params.get('redirect_uri');
  if (redirectUri === undefined || !mayRedirectTo(client, redirectUri)) {
    throw new OstiaryError('oauth/invalid_request', 'Unregistered redirect_uri.', {
      detail: { page: 'unregistered_redirect_uri', client: client.id, redirectUri: (redirectUri ?? '').slice(0, 500) },
    });
  }
  return { client, redirectUri, state: params.get('state') };
}

async function deviceDestination(userCode: string, context: IssuerContext): Promise<Destination> {
  // Before the person logs in for nobody.
  const { request } = (await openDeviceRequest(userCode, context)) ?? {};
  if (request === undefined) throw noLongerWaits();
  const { clientId, redirectUri, state } = request;
  const client = await context.clients.find(clientId);
  if (client !== undefined && mayUseDevices(client)) return { client, redirectUri, state, deviceRequest: request };
  throw new OstiaryError('login/expired', 'The application of this device may not log in this way any more.');
}

/**
 * Checks all the rest of an authorization request. An error is for the client, at its redirect URI.
 *
 * @throws {OstiaryError} an `oauth/*` code of RFC 6749 section 4.1.2.1 or OpenID Connect Core section 3.1.2.6
 */
export async function parseAuthorization(
  params: AuthorizationParameters,
  { client, redirectUri, state, deviceRequest }: Destination,
  context: IssuerContext,
): Promise<AuthorizationRequest> {
  // A device asks for no prompt. Our own link does, for who may not be logged in as the one whose session there is.
  if (deviceRequest !== undefined) return { ...deviceRequest, prompt: readPrompt(params) };
  refuseUnsupported(params);
  checkResponseType(params);
  const codeChallenge = readCodeChallenge(params, client, context.protocol);
  const scopes = await checkScopes(splitList(params.get('scope')), client, context.clients);
  return {
    clientId: client.id,
    redirectUri,
    scopes,
    state,
    codeChallenge,
    nonce: params.get('nonce'),
    prompt: readPrompt(params),
    maxAge: readMaxAge(params),
    loginHint: params.get('login_hint'),
    expectedSubject: await readExpectedSubject(params, context),
  };
}

function refuseUnsupported(params: AuthorizationParameters): void {
  if (params.get('request') !== undefined) {
    throw new OstiaryError('oauth/request_not_supported', 'Server does not support request parameter.');
  }
  if (params.get('request_uri') !== undefined) {
    throw new OstiaryError('oauth/request_uri_not_supported', 'Server does not support request_uri parameter.');
  }
  const mode = params.get('response_mode');
  if (mode !== undefined && mode !== 'query') {
    throw new OstiaryError('oauth/invalid_request', `Unsupported response_mode ${JSON.stringify(mode)}.`);
  }
}

function checkResponseType(params: AuthorizationParameters): void {
  const type = params.get('response_type')?.trim() ?? '';
  if (type === '') throw new OstiaryError('oauth/invalid_request', 'No response_type provided.');
  if (type !== 'code') {
    throw new OstiaryError('oauth/unsupported_response_type', `Unsupported response type ${JSON.stringify(type)}.`);
  }
}
