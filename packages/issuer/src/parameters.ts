import { OstiaryError } from '@ostiary/primitives';

/** Parameters of one request, each at most once. An empty value counts as absent (RFC 6749 section 3.1). */
export interface Parameters<Name extends string = string> {
  get(name: Name): string | undefined;
}

/**
 * Reads parameters from a query or form, or from both with the form first.
 *
 * @throws {OstiaryError} `oauth/invalid_request` from `get` when a parameter is there more than once: whoever reads
 *   the first and whoever reads the last would disagree.
 */
export function readParameters(...sources: readonly (URLSearchParams | undefined)[]): Parameters {
  return {
    get(name) {
      let found: string | undefined;
      for (const source of sources) {
        for (const value of source?.getAll(name) ?? []) {
          if (found !== undefined) {
            throw new OstiaryError('oauth/invalid_request', `The parameter "${name}" is there more than once.`);
          }
          found = value;
        }
      }
      return found === '' ? undefined : found;
    },
  };
}

/**
 * Splits a list (RFC 6749 section 3.3), dropping doubles, keeping the order. A tab or a line break is a space, too, as in
 * Dex: a text in YAML or in a secret often ends with one. No word can hold them.
 */
export function splitList(text: string | undefined): readonly string[] {
  return [...new Set((text ?? '').split(/[\t-\r ]/u).filter((word) => word !== ''))];
}
