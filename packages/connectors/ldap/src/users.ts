/** Finding a person. */
import { OstiaryError } from '@ostiary/primitives';
import { AndFilter, type Entry, EqualityFilter, type Filter, OrFilter } from 'ldapts';
import type { UserSearch } from './config.ts';
import type { Session } from './directory.ts';

/** Whom to look for. */
export interface Wanted {
  readonly userSearch: UserSearch;
  /** What the entry must match, besides the filter of the configuration. */
  readonly match: Filter;
  /** Attributes to read, besides those of the configuration. */
  readonly attributes: readonly string[];
}

/**
 * The one entry that matches; `undefined` when there is none. Values go into the filter as they are: it is sent in
 * binary form, so there is nothing to escape and nothing to inject.
 *
 * @throws {OstiaryError} `upstream/protocol` when several entries match: which of them it is would be a guess.
 */
export async function findUser(session: Session, wanted: Wanted): Promise<Entry | undefined> {
  const { userSearch, match } = wanted;
  const found = await session.search(userSearch.baseDN, {
    filter: both(userSearch.filter, match),
    scope: userSearch.scope,
    attributes: attributesOf(wanted),
    sizeLimit: 2,
  });
  if (found.length < 2) return found[0];
  const message = 'The directory knows several people of that name. Tell your administrator.';
  throw new OstiaryError('upstream/protocol', message, { detail: { base: userSearch.baseDN } });
}

/** An attribute that has this value. Bytes are compared as bytes. */
export const equals = (attribute: string, value: string | Buffer): Filter => new EqualityFilter({ attribute, value });

/** One of several. */
export const oneOf = (filters: readonly Filter[]): Filter => {
  const [first, second] = filters;
  return first !== undefined && second === undefined ? first : new OrFilter({ filters: [...filters] });
};

/** The filter of the configuration in front, if there is one. */
export const both = (configured: Filter | undefined, match: Filter): Filter =>
  configured === undefined ? match : new AndFilter({ filters: [configured, match] });

function attributesOf({ userSearch: search, attributes }: Wanted): string[] {
  const named = [
    search.idAttr,
    search.emailAttr,
    search.nameAttr,
    search.preferredUsernameAttr,
    ...(search.claimAttrs ?? []),
  ];
  const wanted = [...named, ...attributes].filter((name) => name !== undefined);
  return [...new Set(wanted)].filter((name) => name.toLowerCase() !== 'dn');
}
