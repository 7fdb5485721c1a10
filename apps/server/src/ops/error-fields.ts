import { isOstiaryError } from '@ostiary/primitives';
import { scrub } from './scrub.ts';

/** Longest chain of causes that is written; a longer one is a loop or no help. */
const MOST_CAUSES = 5;

export interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly detail?: unknown;
  /** Only of errors that are not ours: those are bugs or come from a library, and the place helps. */
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

/** An error as fields of a log line: code, detail and the chain of causes; tokens in foreign messages are removed. */
export function errorFields(error: Error, depth = 0): ErrorFields {
  const { name, message, cause } = error;
  const ours = isOstiaryError(error);
  return {
    name,
    message: scrub(message),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(ours && Object.keys(error.detail).length > 0 ? { detail: error.detail } : {}),
    ...(!ours && error.stack !== undefined ? { stack: scrub(error.stack) } : {}),
    ...(cause instanceof Error && depth < MOST_CAUSES ? { cause: errorFields(cause, depth + 1) } : {}),
  };
}
