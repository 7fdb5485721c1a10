/**
 * Blanks as XML has them: space, tab, carriage return, line feed. JavaScript has many more, with which an id or a group
 * may well begin or end.
 */

const blanks: ReadonlySet<string | undefined> = new Set([' ', '\t', '\r', '\n']);

/**
 * The text without blanks at its ends. A pattern for "blanks before the end" would begin anew at each blank of a long
 * run, and strangers choose the text.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && blanks.has(text[start])) start += 1;
  while (end > start && blanks.has(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** True for base64, with blanks wherever they stand (XML Schema part 2 section 3.2.16). */
export function isBase64(text: string): boolean {
  // Without blanks no two parts of the pattern can match the same character, so it never goes back.
  return /^[A-Za-z0-9+/]+={0,2}$/u.test(text.replace(/[ \t\r\n]/gu, ''));
}
