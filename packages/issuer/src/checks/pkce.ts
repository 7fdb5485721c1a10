import { createHash } from 'node:crypto';
import { OstiaryError } from '@ostiary/primitives';
import { safeEqual } from '@ostiary/token-core';
import type { Client } from '../client.ts';
import type { ProtocolOptions } from '../options.ts';
import type { Parameters } from '../parameters.ts';
import type { AuthorizationParameters } from '../requests/authorization-parameters.ts';
import type { AuthorizationRequest } from '../requests/authorization-request.ts';

type CodeChallenge = NonNullable<AuthorizationRequest['codeChallenge']>;

/** What RFC 7636 sections 4.1 and 4.2 allow for verifier and challenge. */
const wellFormed = /^[A-Za-z0-9\-._~]{43,128}$/;

/**
 * Reads the challenge of an authorization request. Public clients must send one (RFC 9700 section 2.1.1).
 *
 * @throws {OstiaryError} `oauth/invalid_request`
 */
export function readCodeChallenge(
  params: AuthorizationParameters,
  client: Client,
  options: ProtocolOptions,
): CodeChallenge | undefined {
  const challenge = readOptionalChallenge(params, options);
  if (challenge === undefined && (options.requirePkce || client.public)) {
    throw new OstiaryError('oauth/invalid_request', 'PKCE is required. The code_challenge parameter must be provided.');
  }
  return challenge;
}

/**
 * The same where nobody has to send one: no browser carries the answer to a device.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for one that is not well-formed.
 */
export function readOptionalChallenge(
  params: Parameters<'code_challenge' | 'code_challenge_method'>,
  options: Pick<ProtocolOptions, 'pkceMethods'>,
): CodeChallenge | undefined {
  const challenge = params.get('code_challenge');
  const named = params.get('code_challenge_method');
  if (challenge === undefined) {
    if (named !== undefined) {
      throw new OstiaryError('oauth/invalid_request', 'code_challenge_method is there without code_challenge.');
    }
    return undefined;
  }
  const method = options.pkceMethods.find((known) => known === (named ?? 'plain'));
  if (method === undefined) {
    throw new OstiaryError(
      'oauth/invalid_request',
      `Unsupported PKCE challenge method (${JSON.stringify(named ?? 'plain')}).`,
    );
  }
  if (!wellFormed.test(challenge)) {
    throw new OstiaryError('oauth/invalid_request', 'code_challenge must be 43 to 128 characters of RFC 7636.');
  }
  return { challenge, method };
}

/**
 * Compares the verifier of a token request with the challenge of the authorization request. A verifier without a
 * challenge is refused as well, or an attacker could strip the challenge (PKCE downgrade, RFC 9700 section 2.1.1).
 *
 * @throws {OstiaryError} `oauth/invalid_grant` or `oauth/invalid_request`
 */
export function checkCodeVerifier(challenge: CodeChallenge | undefined, verifier: string | undefined): void {
  if (challenge === undefined) {
    if (verifier === undefined) return;
    throw new OstiaryError('oauth/invalid_request', 'No PKCE flow started. Cannot check code_verifier.');
  }
  if (verifier === undefined) {
    throw new OstiaryError('oauth/invalid_grant', 'Expecting parameter code_verifier in PKCE flow.');
  }
  const expected = challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  if (!wellFormed.test(verifier) || !safeEqual(expected, challenge.challenge)) {
    throw new OstiaryError('oauth/invalid_grant', 'Invalid code_verifier.');
  }
}
