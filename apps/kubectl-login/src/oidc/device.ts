/** The device flow at the issuer (RFC 8628): a code for the person, and tokens once they have typed it. */
import { Secret } from '@ostiary/primitives';
import * as oauth from 'oauth4webapi';
import { problem } from '../problem.ts';
import { assertAvailable, explainOidcError } from './oidc-error.ts';
import { httpOptions, type Provider } from './provider.ts';
import { readTokens, skewedClient, type Tokens } from './tokens.ts';

/** Seconds between two questions when the issuer does not say (RFC 8628 section 3.2). */
const USUAL_INTERVAL = 5;

export interface DeviceLogin {
  readonly deviceCode: Secret;
  /** To be shown, as it is. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** Between two questions. */
  readonly intervalMs: number;
}

/** What the issuer answers to the question for tokens. */
export type DeviceAnswer = Tokens | 'pending' | 'slow_down';

/**
 * Asks for a code (RFC 8628 section 3.1).
 *
 * @throws {OstiaryError} `config/invalid` when the issuer, or the client there, has no such flow.
 */
export async function startDeviceLogin(
  { clientId, scopes }: { readonly clientId: string; readonly scopes: readonly string[] },
  provider: Provider,
): Promise<DeviceLogin> {
  const { as } = provider;
  if (as.device_authorization_endpoint === undefined) throw noDeviceFlow(`${as.issuer} has no device flow.`);
  const client = { client_id: clientId };
  try {
    const parameters = { scope: scopes.join(' ') };
    const options = httpOptions(provider);
    const response = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), parameters, options);
    assertAvailable(response, as.issuer);
    const body = await oauth.processDeviceAuthorizationResponse(as, client, response);
    return {
      deviceCode: new Secret(body.device_code),
      userCode: body.user_code,
      verificationUri: body.verification_uri,
      intervalMs: (body.interval ?? USUAL_INTERVAL) * 1000,
    };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'unauthorized_client') {
      throw noDeviceFlow(`${as.issuer} does not let the client "${clientId}" log in with a code.`);
    }
    throw explainOidcError(error, as.issuer, 'asking for a code');
  }
}

function noDeviceFlow(cause: string): Error {
  return problem({ code: 'config/invalid', cause, remedy: 'Log in with a browser: leave --device out.' });
}

/**
 * Asks once whether the person has logged in (RFC 8628 section 3.4).
 *
 * @throws {OstiaryError} `upstream/unavailable`: ask again later; `login/denied` and others: it is over.
 */
export async function askForTokens(
  { clientId, deviceCode }: { readonly clientId: string; readonly deviceCode: Secret },
  provider: Provider,
): Promise<DeviceAnswer> {
  const { as } = provider;
  const options = httpOptions(provider);
  try {
    const client = { client_id: clientId };
    const code = deviceCode.reveal();
    const response = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), code, options);
    assertAvailable(response, as.issuer);
    const skewed = skewedClient(clientId, response, provider);
    const body = await oauth.processDeviceCodeResponse(as, skewed, response);
    if (body.id_token !== undefined) await oauth.validateApplicationLevelSignature(as, response, options);
    return readTokens(body, response, provider);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) {
      if (error.error === 'authorization_pending') return 'pending';
      if (error.error === 'slow_down') return 'slow_down';
    }
    throw explainOidcError(error, as.issuer, 'asking for tokens');
  }
}
