/** What a token endpoint checks before it gives anything. */
import { createHash } from 'node:crypto';

/** How the client showed that it knows its secret (RFC 6749 section 2.3.1); `undefined` when it did not. */
export function clientMethod(
  request: Request,
  form: URLSearchParams,
  client: { readonly clientId: string; readonly clientSecret: string },
): 'client_secret_basic' | 'client_secret_post' | undefined {
  const [, encoded = ''] = /^Basic (.+)$/u.exec(request.headers.get('authorization') ?? '') ?? [];
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const isClient = (name: string | null, proof: string | null): boolean =>
    name === client.clientId && proof === client.clientSecret;
  // Both are form-encoded before they are joined.
  if (isClient(formDecode(id), formDecode(secret))) return 'client_secret_basic';
  return isClient(form.get('client_id'), form.get('client_secret')) ? 'client_secret_post' : undefined;
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** The redirect URI of the authorization request, and the verifier to its challenge (RFC 7636 section 4.6). */
export function redeemable(asked: URLSearchParams, form: URLSearchParams): boolean {
  if (form.get('redirect_uri') !== asked.get('redirect_uri')) return false;
  const challenge = asked.get('code_challenge');
  const verifier = form.get('code_verifier');
  if (challenge === null) return verifier === null;
  if (verifier === null) return false;
  const plain = asked.get('code_challenge_method') !== 'S256';
  return challenge === (plain ? verifier : createHash('sha256').update(verifier).digest('base64url'));
}
