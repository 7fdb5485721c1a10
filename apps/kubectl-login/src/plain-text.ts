/** Text from outside (names, `error_description`, file contents) on its way to a terminal. */
import { stripVTControlCharacters } from 'node:util';

/** Control characters, and the invisible ones that reverse the reading direction or break the line. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

const LONGEST = 500;

/** One printable line: no control characters, no escape sequences. */
export function printable(text: string): string {
  // Whole sequences go first, so that their printable rest (`[31m`) does not stay behind.
  return stripVTControlCharacters(text).replace(UNPRINTABLE, ' ').trim();
}

/** The same, of at most 500 characters: for text whose length others decide. */
export function plainText(text: string): string {
  const clean = printable(text);
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean;
}

/** A word for a command that a person may copy into a shell: quoted when the shell would see more in it than a word. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
