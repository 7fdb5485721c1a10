/** Errors as a person at a terminal meets them: one line says what happened, one line says what to do. */
import { type ErrorCode, isOstiaryError, OstiaryError } from '@ostiary/primitives';

export interface ProblemText {
  readonly code: ErrorCode;
  /** What happened, in one sentence. May contain text from outside; it is cleaned when it is printed. */
  readonly cause: string;
  /** What the person can do about it: a sentence, or a command. */
  readonly remedy: string;
  /** The error underneath, shown only when debugging. */
  readonly error?: unknown;
}

/** An error with a remedy. */
export function problem(text: ProblemText): OstiaryError {
  return new OstiaryError(text.code, text.cause, { cause: text.error, detail: { remedy: text.remedy } });
}

/** The lines to print for any error: cause and remedy, never a stack trace. */
export function explain(error: unknown): readonly [cause: string, remedy: string] {
  if (isOstiaryError(error)) {
    const { remedy } = error.detail;
    return [error.message, typeof remedy === 'string' ? remedy : 'Set KUBECTL_LOGIN_DEBUG=1 to see the details.'];
  }
  const text = error instanceof Error ? error.message : String(error);
  return [
    `Unexpected: ${text}`,
    'This is a fault of kubectl-login. Set KUBECTL_LOGIN_DEBUG=1 and report what it prints.',
  ];
}

/** The system's error code (`ENOENT`, ...), if the error has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
