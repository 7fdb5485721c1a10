import { OstiaryError } from '@ostiary/primitives';
import type { IssuerRequest } from './request.ts';

/** Parameters of one request, each at most once unless a specification says otherwise. An empty value counts as absent (RFC 6749 section 3.1). */
export interface Parameters<Name extends string = string> {
  get(name: Name): string | undefined;
  /** The values of one that may be there several times, as RFC 8693 section 2.1 allows for `audience`. */
  getAll(name: Name): readonly string[];
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
    getAll: (name) => sources.flatMap((source) => source?.getAll(name) ?? []).filter((value) => value !== ''),
  };
}

/**
 * Reads the parameters of a request whose body has them, and nothing else.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for a body of another form.
 */
export function readForm({ form }: IssuerRequest): Parameters {
  if (form !== undefined) return readParameters(form);
  throw new OstiaryError('oauth/invalid_request', 'The body must be application/x-www-form-urlencoded.');
}

/**
 * Splits a list (RFC 6749 section 3.3), dropping doubles, keeping the order. A tab or a line break is a space, too, as in
 * Dex: a text in YAML or in a secret often ends with one. No word can hold them.
 */
export function splitList(text: string | undefined): readonly string[] {
  return [...new Set((text ?? '').split(/[\t-\r ]/u).filter((word) => word !== ''))];
}
