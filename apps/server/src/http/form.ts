/** Reads `application/x-www-form-urlencoded` bodies, up to a size. */
import type { IncomingMessage } from 'node:http';
import { isOfType, readText, type UnreadableBody } from './body-text.ts';

/** A body of tiny fields takes long to read, and no form of ours has more than a dozen. */
const MOST_FIELDS = 1000;

/**
 * Reads the form of a request. Parameters that come twice stay twice: refusing them is for the issuer.
 *
 * @returns `none`: no form was sent.
 */
export async function readForm(
  req: IncomingMessage,
  limit: number,
): Promise<URLSearchParams | 'none' | UnreadableBody> {
  if (!isOfType(req, 'application/x-www-form-urlencoded')) return 'none';
  const body = await readText(req, limit);
  return typeof body === 'string' ? body : parseForm(body.text);
}

/** True when every percent sign begins an escape and the escapes are UTF-8. */
export function isWellEncoded(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function parseForm(text: string): URLSearchParams | 'malformed' | 'too_large' {
  if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) return 'too_large';
  return isWellEncoded(text) ? new URLSearchParams(text) : 'malformed';
}
