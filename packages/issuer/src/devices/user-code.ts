/** What a device shows and a person types (RFC 8628 section 6.1): `BCDF-GHJK`. */
import type { RandomBytes } from '@ostiary/primitives';

/** Consonants, so that no code is a word; none looks like another. 20^8 codes are 34 bits. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
/** From here on the remainder would prefer the first letters. */
const FAIR = 256 - (256 % LETTERS.length);

export function newUserCode(random: RandomBytes): string {
  let letters = '';
  while (letters.length < LENGTH) {
    for (const byte of random(LENGTH)) if (byte < FAIR) letters += LETTERS[byte % LETTERS.length];
  }
  return shown(letters.slice(0, LENGTH));
}

/** The code that somebody typed, in any case, with or without its hyphen and spaces; `undefined` for what cannot be one. */
export function readUserCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replaceAll(/[\s\p{Pd}.]/gu, '');
  return letters.length === LENGTH && [...letters].every((letter) => LETTERS.includes(letter))
    ? shown(letters)
    : undefined;
}

const shown = (letters: string): string => `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`;
