import { isOstiaryError, type OstiaryError } from '@ostiary/primitives';
import { errorFields } from './ops/error-fields.ts';

/**
 * The last line of a command that failed, for whoever runs it. Messages are written for strangers, and no line of a log
 * stands beside this one, so it has the detail and the cause, too. Those of the configuration say all by themselves.
 */
export function failureLine(error: unknown): string {
  if (isOstiaryError(error, 'config/invalid')) return `ostiary: ${error.message}`;
  if (isOstiaryError(error)) return `ostiary: ${[error.message, ...more(error)].join(' ')}`;
  // A bug: there is no sentence for it. The first line says what happened, without the places in the code.
  const what = error instanceof Error ? errorFields(error).message : String(error);
  return `ostiary: unexpected error, please report it: ${what}`;
}

function more({ message, detail, cause }: OstiaryError): readonly string[] {
  const facts = Object.entries(detail).map(([name, value]) => `${name}: ${text(value)}`);
  const why = cause instanceof Error && !isOstiaryError(cause) ? errorFields(cause).message : '';
  return [...(facts.length > 0 ? [`(${facts.join(', ')})`] : []), ...(message.includes(why) ? [] : [`Cause: ${why}`])];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
