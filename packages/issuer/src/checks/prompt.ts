import { OstiaryError } from '@ostiary/primitives';
import { splitList } from '../parameters.ts';
import type { AuthorizationParameters } from '../requests/authorization-parameters.ts';
import type { Prompt } from '../requests/authorization-request.ts';

const prompts: readonly Prompt[] = ['none', 'login', 'consent', 'select_account'];

/**
 * Reads `prompt` (OpenID Connect Core section 3.1.2.1) and Dex's older `approval_prompt=force`.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for an unknown word, or `none` beside others.
 */
export function readPrompt(params: AuthorizationParameters): readonly Prompt[] {
  const words = splitList(params.get('prompt')).map((word) => {
    const prompt = prompts.find((known) => known === word);
    if (prompt === undefined) {
      throw new OstiaryError('oauth/invalid_request', `Invalid prompt parameter: ${JSON.stringify(word)}.`);
    }
    return prompt;
  });
  if (words.includes('none') && words.length > 1) {
    throw new OstiaryError('oauth/invalid_request', 'Invalid prompt parameter: "none" must be alone.');
  }
  return params.get('approval_prompt') === 'force' && !words.includes('consent') ? [...words, 'consent'] : words;
}

/** Reads `max_age`. @throws {OstiaryError} `oauth/invalid_request` unless it is a whole number of seconds. */
export function readMaxAge(params: AuthorizationParameters): number | undefined {
  const text = params.get('max_age');
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) {
    throw new OstiaryError('oauth/invalid_request', `Invalid max_age value ${JSON.stringify(text)}.`);
  }
  return Number(text);
}
