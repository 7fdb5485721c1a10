import { isOstiaryError, type OstiaryError } from '@ostiary/primitives';
import { errorFields } from './error-fields.ts';

/** An error that ended a command, as one sentence for who gave the command. */
export function endOfStart(error: unknown): string {
  if (isOstiaryError(error)) return `ostiary: ${error.message}${whatIsDamaged(error)}`;
  // A bug: there is no sentence for it. The first line says what happened, without the places in the code.
  const what = error instanceof Error ? errorFields(error).message : String(error);
  return `ostiary: unexpected error, please report it: ${what}`;
}

/** Which record cannot be read, and why. The message is for strangers and does not say it. */
function whatIsDamaged({ code, detail: { kind, kid, problem } }: OstiaryError): string {
  const known = [kind, kid, problem].filter((part) => typeof part === 'string');
  return code === 'storage/corrupt' && known.length > 0 ? ` (${known.join(': ')})` : '';
}
