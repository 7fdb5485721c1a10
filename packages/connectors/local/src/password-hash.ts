/** Password hashes that this connector takes: bcrypt as Dex and htpasswd make it, argon2id as a PHC string. */
import { Secret } from '@ostiary/primitives';

/** A password hash of a kind and cost that is accepted. */
export interface PasswordHash {
  readonly algorithm: 'bcrypt' | 'argon2id';
  /** The encoded hash, parameters and salt included. */
  readonly encoded: Secret;
}

/** A hash that may be used, or what is wrong with it. */
export type CheckedHash = { readonly hash: PasswordHash } | { readonly problem: string };

/** Below 10 a stolen hash is guessed too easily; above 16 one login takes seconds of a core. Dex's limits. */
const bcryptCost = { min: 10, max: 16 };

/** Bounds that keep one login below about a second and 256 MiB; the lower ones follow RFC 9106 section 4 loosely. */
const argonBounds = { memoryKib: { min: 7168, max: 262_144 }, passes: { min: 1, max: 20 }, lanes: { min: 1, max: 16 } };

const bcryptForm = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/u;
const argonForm =
  /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/u;

/** Checks form and cost of a hash; base64 of one is taken too, as in Dex. The problem never repeats the hash. */
export function checkPasswordHash(text: string): CheckedHash {
  const encoded = text.startsWith('$') ? text : Buffer.from(text, 'base64').toString('latin1');
  if (encoded.startsWith('$argon2')) return checkArgon(encoded);
  const bcrypt = bcryptForm.exec(encoded);
  if (bcrypt === null) {
    return { problem: 'is not a bcrypt or argon2id hash. Make one, for example with htpasswd -nbBC 10 user password.' };
  }
  const cost = Number(bcrypt[1]);
  if (!within(cost, bcryptCost)) {
    return { problem: `has bcrypt cost ${cost}, but it must be 10 to 16. Make a new hash with cost 10 or 12.` };
  }
  return { hash: { algorithm: 'bcrypt', encoded: new Secret(encoded) } };
}

function checkArgon(encoded: string): CheckedHash {
  const [all, memory, passes, lanes] = argonForm.exec(encoded) ?? [];
  if (all === undefined) {
    return {
      problem: 'is not an argon2id hash ($argon2id$v=19$m=...,t=...,p=...$salt$hash). Make it with argon2 -id.',
    };
  }
  const { memoryKib, passes: allowed, lanes: threads } = argonBounds;
  if (!within(Number(memory), memoryKib)) {
    return { problem: 'has an argon2id memory (m) outside 7168 to 262144 KiB. Make a new hash, for example m=19456.' };
  }
  if (!within(Number(passes), allowed) || !within(Number(lanes), threads)) {
    return { problem: 'has argon2id passes (t) outside 1 to 20 or lanes (p) outside 1 to 16. Make a new hash.' };
  }
  return { hash: { algorithm: 'argon2id', encoded: new Secret(encoded) } };
}

const within = (value: number, { min, max }: { min: number; max: number }): boolean => value >= min && value <= max;

/** What is checked for names that nobody has, until a real hash was seen: bcrypt at the cost Dex recommends. */
export const firstDecoy: PasswordHash = {
  algorithm: 'bcrypt',
  encoded: new Secret(`$2b$10$${'.'.repeat(53)}`),
};

/** A hash with the algorithm and cost of `hash` that no password fits: its check takes as long. */
export function decoyOf(hash: PasswordHash): PasswordHash {
  const fields = hash.encoded.reveal().split('$');
  const encoded =
    hash.algorithm === 'bcrypt'
      ? `$2b$${fields[2]}$${'.'.repeat(53)}`
      : [...fields.slice(0, 4), blank(fields[4]), blank(fields[5])].join('$');
  return { algorithm: hash.algorithm, encoded: new Secret(encoded) };
}

const blank = (field = ''): string => 'A'.repeat(field.length);
