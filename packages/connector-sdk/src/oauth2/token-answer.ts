/** Answers of token endpoints as they come from providers that are older than RFC 6749, or read it loosely. */
import type { Fetch } from '@ostiary/primitives';

/**
 * Brings an answer into the form of RFC 6749 section 5: what was form-encoded becomes JSON, an error that came with
 * 200 gets 400, a missing `token_type` is `bearer`, `expires_in` is a number, and what is `null` or empty is left out. So
 * is an ID token, which providers that speak OpenID Connect as well give when the scope has `openid`: nobody here reads
 * it, and whose it should be is not known. Nothing else is changed.
 */
export function standardTokenAnswers(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status >= 500 || response.status === 429) return response;
    const text = await response.text();
    const { status } = response;
    const fields = readFields(text, response.headers.get('content-type') ?? '');
    if (fields === undefined) return new Response(text, { status, headers: response.headers });
    const failed = status === 200 && typeof fields.error === 'string' && fields.error !== '';
    return Response.json(failed ? fields : standardFields(fields), { status: failed ? 400 : status });
  };
}

function readFields(text: string, type: string): Record<string, unknown> | undefined {
  if (/^application\/x-www-form-urlencoded\b|^text\/plain\b/iu.test(type)) {
    const form = Object.fromEntries(new URLSearchParams(text));
    if (form.access_token !== undefined || form.error !== undefined) return form;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function standardFields(fields: Record<string, unknown>): Record<string, unknown> {
  if (typeof fields.access_token !== 'string') return fields;
  const { expires_in: expires, token_type: type = 'bearer', id_token: _unread, ...rest } = present(fields);
  const seconds = typeof expires === 'string' && /^\d{1,10}$/u.test(expires) ? Number(expires) : expires;
  return { ...rest, token_type: type, ...(seconds === undefined ? {} : { expires_in: seconds }) };
}

/** For providers of OpenID Connect, whose answers are standard but for this: what is `null` or empty is left out. */
export function withoutBlanks(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status !== 200) return response;
    const text = await response.text();
    const fields = readFields(text, '');
    const body = fields === undefined ? text : JSON.stringify(present(fields));
    return new Response(body, { headers: response.headers });
  };
}

const optional: ReadonlySet<string> = new Set(['token_type', 'refresh_token', 'scope', 'expires_in', 'id_token']);

/** Some providers write `null` or an empty text for what they do not have; clients in Go take both for nothing. */
const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => !(optional.has(name) && (value === null || value === ''))),
  );

/** A token answer in two parts. */
export interface SplitAnswer {
  readonly response: Response;
  readonly idToken?: string;
}

/** Takes the ID token out of an answer, for somebody else to judge. What has none comes back as it was. */
export async function withoutIdToken(response: Response): Promise<SplitAnswer> {
  if (response.status !== 200) return { response };
  const text = await response.text();
  const { headers } = response;
  const { id_token: idToken, ...rest } = readFields(text, '') ?? {};
  if (typeof idToken !== 'string') return { response: new Response(text, { headers }) };
  return { response: Response.json(rest), idToken };
}
