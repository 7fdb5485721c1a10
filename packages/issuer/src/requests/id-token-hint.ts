import { isOstiaryError, type JsonObject, OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';

/**
 * Claims of an `id_token_hint`: one of our ID tokens, whose age and audience do not matter.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for anything else, a logout token or access token included.
 */
export async function readIdTokenHint(
  hint: string,
  { verifier }: Pick<IssuerContext, 'verifier'>,
): Promise<JsonObject & { readonly sub: string }> {
  try {
    const { claims } = await verifier.idToken(hint, { ignoreExpiry: true });
    if (typeof claims.sub === 'string') return { ...claims, sub: claims.sub };
  } catch (cause) {
    throw new OstiaryError('oauth/invalid_request', 'Invalid id_token_hint.', { cause });
  }
  throw new OstiaryError('oauth/invalid_request', 'Invalid id_token_hint.');
}

/** Whether a hint was refused because nobody knows its key, as that of an ID token from long ago: it proves nothing, then. */
export function isOfUnknownKey(error: unknown): boolean {
  if (!isOstiaryError(error)) return false;
  const { cause } = error;
  return isOstiaryError(cause, 'token/invalid') && cause.detail.reason === 'kid';
}
