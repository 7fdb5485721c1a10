import { OstiaryError } from '@ostiary/primitives';
import type { ReviewRule } from '../client.ts';
import type { SignedToken } from './believed.ts';

/**
 * The rules of a cluster about a token, or about its user.
 *
 * @throws {OstiaryError} `token/invalid`, naming the rule in its detail, when one of them does not say yes.
 */
export function requireRules<Subject>(
  rules: readonly ReviewRule<Subject>[] | undefined,
  subject: Subject,
  { id }: Pick<SignedToken, 'id'>,
): void {
  for (const { name, admits } of rules ?? []) {
    const failure = failureOf(() => admits(subject));
    if (failure === undefined) continue;
    throw new OstiaryError('token/invalid', 'A rule of the cluster refuses the token.', {
      detail: { reason: 'rule', rule: name, tokenId: id, ...(failure === '' ? {} : { failure }) },
    });
  }
}

/** Why the answer is no: empty where the rule just says so. Whoever embeds the issuer may have written it without types. */
function failureOf(ask: () => unknown): string | undefined {
  try {
    const answer = ask();
    if (typeof answer !== 'boolean') return 'comes to something else than true or false';
    return answer ? undefined : '';
  } catch (error) {
    return error instanceof Error ? error.message : 'no error was thrown';
  }
}
