/** From tokens to what is kept: the ready-made answers for kubectl, and the session. */
import type { Credential } from '../fast/credential.ts';
import { EXEC_API_GROUP, type ExecApiVersion } from '../fast/exec-info.ts';
import { plainText } from '../plain-text.ts';
import type { IdToken } from './tokens.ts';

/** A token is replaced a tenth of its life, at most a minute, before its end. */
const LARGEST_MARGIN_MS = 60_000;

/** The credential file's content for an ID token. */
export function toCredential(token: IdToken): Credential {
  const { receivedAt: issuedAt, livesMs, jwt } = token;
  const notAfter = issuedAt + livesMs - Math.min(LARGEST_MARGIN_MS, Math.floor(livesMs / 10));
  const answer = (version: ExecApiVersion): string => formatAnswer(version, jwt, notAfter);
  return {
    version: 1,
    issuedAt,
    notAfter,
    expiresAt: issuedAt + livesMs,
    v1: answer('v1'),
    v1beta1: answer('v1beta1'),
  };
}

/** The object for standard output. @param expires milliseconds of our clock, by which kubectl decides as well. */
function formatAnswer(version: ExecApiVersion, token: string, expires: number): string {
  const status = { expirationTimestamp: new Date(expires).toISOString(), token };
  return `${JSON.stringify({ kind: 'ExecCredential', apiVersion: `${EXEC_API_GROUP}/${version}`, status })}\n`;
}

/** The same token with its real end, for when no newer one can be had: kubectl then asks us again at the end only. */
export function stretchToEnd(credential: Credential, version: ExecApiVersion): string {
  const { status }: { status: { token: string } } = JSON.parse(credential[version]);
  return formatAnswer(version, status.token, credential.expiresAt);
}

/** What to call the person in messages. */
export function displayName(claims: IdToken['claims']): string {
  const name = [claims.preferred_username, claims.email, claims.name].find(
    (value) => typeof value === 'string' && value,
  );
  return plainText(typeof name === 'string' ? name : claims.sub);
}
