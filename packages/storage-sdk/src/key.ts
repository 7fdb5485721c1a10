import { OstiaryError } from '@ostiary/primitives';

/** The kind of record, then the parts of its id: `['refresh-family', 'k3v…']`. Parts may hold any text. */
export type Key = readonly [kind: string, ...parts: string[]];

/**
 * A key as one text, for storages that want a string: letters, digits, `-_.~%`, and `/` between the parts. Different
 * keys give different texts, and a text begins with {@link keyPrefix} of exactly the prefixes of its key.
 *
 * @throws {OstiaryError} `storage/corrupt` for a part that is not well-formed Unicode (a lone surrogate).
 */
export function keyToText(key: Key): string {
  return key.map(escapePart).join('/');
}

/**
 * The key that {@link keyToText} made this text of.
 *
 * @throws {OstiaryError} `storage/corrupt` for a text that it did not make.
 */
export function textToKey(text: string): Key {
  try {
    const [kind = '', ...parts] = text.split('/').map(decodeURIComponent);
    return [kind, ...parts];
  } catch (cause) {
    throw new OstiaryError('storage/corrupt', 'A stored record key cannot be read.', { cause });
  }
}

/** What the text of every key below `prefix` begins with: empty for no prefix, else its parts and a closing `/`. */
export function keyPrefix(prefix: readonly string[]): string {
  return prefix.map((part) => `${escapePart(part)}/`).join('');
}

/** What stays as it is: nearly every part, for ids are mostly hashes and names of kinds. */
const plain = /^[\w.~-]*$/;

function escapePart(part: string): string {
  if (plain.test(part)) return part;
  if (!part.isWellFormed()) throw new OstiaryError('storage/corrupt', 'A record key is not well-formed text.');
  // encodeURIComponent leaves these five, and some of them are patterns or quotes for a storage.
  return encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
