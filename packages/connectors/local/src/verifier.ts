/** Checks passwords off the event loop, a bounded number at once, with the same effort for names nobody has. */
import { verify as verifyArgon2 } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import type { Secret } from '@ostiary/primitives';
import { createLimiter, type Limits } from './limiter.ts';
import { decoyOf, firstDecoy, type PasswordHash } from './password-hash.ts';

export interface PasswordVerifier {
  /**
   * True when the password fits. Without a hash the answer is false, after as much work as the last real check, and so
   * it is for a password that is too long to be the right one.
   *
   * @throws {OstiaryError} `upstream/unavailable` when too many checks are waiting.
   */
  verify(password: Secret, hash: PasswordHash | undefined): Promise<boolean>;
}

/** The native code runs on libuv's four threads; one stays free for files and name look-ups. */
const defaultLimits: Limits = { running: 3, waiting: 64 };

/** bcrypt looks at 72 bytes and ignores the rest, so a longer password would fit with any ending. */
const longest: Readonly<Record<PasswordHash['algorithm'], number>> = { bcrypt: 72, argon2id: 1024 };

export function createPasswordVerifier(limits: Limits = defaultLimits): PasswordVerifier {
  const limited = createLimiter(limits);
  let decoy = firstDecoy;
  return {
    async verify(password, hash) {
      if (hash !== undefined) decoy = decoyOf(hash);
      const target = hash ?? decoy;
      const fits = await limited(() => check(password, target));
      return fits && hash !== undefined && !isTooLong(password, target);
    },
  };
}

const isTooLong = (password: Secret, { algorithm }: PasswordHash): boolean =>
  Buffer.byteLength(password.reveal()) > longest[algorithm];

const check = (password: Secret, { algorithm, encoded }: PasswordHash): Promise<boolean> =>
  algorithm === 'bcrypt'
    ? verifyBcrypt(password.reveal(), encoded.reveal())
    : verifyArgon2(encoded.reveal(), password.reveal());
