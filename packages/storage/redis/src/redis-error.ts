import { isOstiaryError, OstiaryError } from '@ostiary/primitives';

/** An error of Redis or of the way to it, as the contract has it. */
export function toOstiaryError(error: unknown): unknown {
  if (!(error instanceof Error) || isOstiaryError(error)) return error;
  const reply = /^(WRONGTYPE|NOSCRIPT)\b/.exec(error.message)?.[1];
  if (reply === 'WRONGTYPE') {
    return new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { cause: error });
  }
  return new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause: error });
}

/** Why Redis refuses this client for good; `undefined` when trying again may help. */
export function refusal(error: unknown): string | undefined {
  const code = error instanceof Error ? /^(NOAUTH|WRONGPASS|NOPERM)\b/.exec(error.message)?.[1] : undefined;
  if (code === 'NOAUTH') return 'wants a password. Set username and password';
  if (code === 'WRONGPASS') return 'refuses this username and password. Correct them';
  return code === undefined
    ? undefined
    : 'does not let this user read and write. Give it the commands and the key prefix';
}
