/** What 403 means: too many requests, a "no" of the provider, or one of something in front of it. */
import type { OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';
import { type Detail, inBetween, limited, refusal } from './failure.ts';

/**
 * Tells what a 403 of one provider means, in a word of the connector's own; `undefined` for one that does not look
 * like the provider's. The body is what JSON it was, if it was any.
 */
export type ReadForbidden = (body: unknown, headers: Headers) => string | undefined;

/** A 403 whose text is none of those that are known. */
const unknownReason = 'another reason';

/** How GitHub, GitLab and Gitea say no; the second is the form of OAuth errors (RFC 6750 section 3.1). */
const problem = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.string() }).transform(({ error }) => error),
]);

/**
 * For providers that say no with `{"message": "..."}`. Its text is not repeated, only the reason it stands for.
 *
 * @param reasons what a text means; the first that matches counts.
 */
export function forbiddenByMessage(reasons: Readonly<Record<string, RegExp>>): ReadForbidden {
  return (body) => {
    const { data: text } = problem.safeParse(body);
    if (text === undefined) return undefined;
    const known = Object.entries(reasons).find(([, expression]) => expression.test(text));
    return known?.[0] ?? unknownReason;
  };
}

/** The error for a 403. Without `read` each one counts as the provider's. */
export async function forbidden(response: Response, where: Detail, read?: ReadForbidden): Promise<OstiaryError> {
  const { headers } = response;
  const text = await response.text();
  if (saysTooMany(text, headers)) return limited(where);
  if (read === undefined) return refusal(403, where);
  const reason = read(parsed(text), headers);
  return reason === undefined ? inBetween(where) : refusal(403, { ...where, reason });
}

/** GitHub, Google and others say "too many" with 403. Headers tell, and where there are none, only the text does. */
function saysTooMany(text: string, headers: Headers): boolean {
  const byHeader = headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0';
  return byHeader || /rate ?limit|(?:quota|limit) ?exceeded|abuse detection/iu.test(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
