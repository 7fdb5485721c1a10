import { isOstiaryError, OstiaryError } from '@ostiary/primitives';

/** An error of Redis or of the way to it, as the contract has it. */
export function toOstiaryError(error: unknown): unknown {
  if (!(error instanceof Error) || isOstiaryError(error)) return error;
  const cause = withoutCommand(error);
  if (isWrongType(error)) return new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { cause });
  return unavailable(cause);
}

/** What the contract has for a storage that cannot be reached. */
export function unavailable(cause?: unknown): OstiaryError {
  return new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause });
}

/** True when a key holds something that no storage of ours has written. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}

/** True when Redis did not give a new connection the database that it shall work in. Ask before {@link withoutCommand}. */
export function isOfSelect(error: Error): boolean {
  const command: unknown = 'command' in error ? error.command : undefined;
  return typeof command === 'object' && command !== null && 'name' in command && command.name === 'select';
}

/** ioredis hangs the command on its errors, with the password or the value in it: no log may have that. */
export function withoutCommand<E extends Error>(error: E): E {
  Reflect.deleteProperty(error, 'command');
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) withoutCommand(error.lastNodeError);
  return error;
}

const refusals: readonly (readonly [reply: RegExp, what: string])[] = [
  [/^NOAUTH\b/, 'wants a password. Set username and password'],
  [/^WRONGPASS\b/, 'refuses this username and password. Correct them'],
  [
    /^NOPERM\b|ACL failure in script|can't run this command/,
    'does not let this user read and write. Give it the commands and the key prefix',
  ],
  [
    /DB index is out of range/,
    'has no database of that number. Correct `database`, or `databases` in its configuration',
  ],
  [/\bREADONLY\b/, 'is a replica that cannot be written. Name the primary'],
];

/** Why Redis refuses this client for good, also when it is the cause of an error; `undefined` when trying again may help. */
export function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = refusals.find(([reply]) => reply.test(error.message))?.[1];
  return known ?? refusal('lastNodeError' in error ? error.lastNodeError : error.cause);
}
