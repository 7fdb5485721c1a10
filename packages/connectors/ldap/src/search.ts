/** One search on one connection. */
import { OstiaryError } from '@ostiary/primitives';
import type { SearchOptions, SearchResult } from 'ldapts';
import type { Connection } from './connection.ts';
import { isWithoutBase } from './failure.ts';
import { LostConnection } from './sockets.ts';

/** What is searched. */
export interface Search extends Pick<SearchOptions, 'filter' | 'scope' | 'attributes' | 'sizeLimit'> {
  /**
   * That the base is not there is an answer: no entries. For groups. Where people are, it means that the server is empty
   * or shows nothing, which says of nobody that they are gone.
   */
  readonly mayLackBase?: boolean;
}

/** Entries in a page. Active Directory answers no more than 1000 at once. */
const pageSize = 500;

/** More entries than anybody has groups. */
const mostEntries = 100_000;

/** Pages from which there is no end to be seen: pages may be empty. */
const mostPages = 1000;

/** Attributes that hold bytes rather than text. */
const binary = ['objectGUID', 'objectSid', 'tokenGroups'];

/**
 * Searches, over all pages unless there is a `sizeLimit`.
 *
 * @throws {OstiaryError} `upstream/protocol` for more than 100,000 entries, or 1000 pages: a part of the groups would be
 *   worse than none.
 * @throws what the client throws, for `directoryFailure`.
 */
export async function search(
  { client, isUsable, timeLimit }: Connection,
  base: string,
  { mayLackBase = false, ...options }: Search,
): Promise<SearchResult> {
  // The client would search on all the same: anonymously, or until the time is over.
  if (!isUsable()) throw new LostConnection();
  const settings = { ...options, timeLimit, explicitBufferAttributes: binary };
  try {
    if (options.sizeLimit !== undefined) return await client.search(base, settings);
    return await together(client.searchPaginated(base, { ...settings, paged: { pageSize } }), base);
  } catch (error) {
    if (mayLackBase && isWithoutBase(error)) return { searchEntries: [], searchReferences: [] };
    throw error;
  }
}

async function together(pages: AsyncIterable<SearchResult>, base: string): Promise<SearchResult> {
  const all: SearchResult = { searchEntries: [], searchReferences: [] };
  let count = 0;
  for await (const { searchEntries, searchReferences } of pages) {
    count += 1;
    all.searchEntries.push(...searchEntries);
    all.searchReferences.push(...searchReferences);
    if (all.searchEntries.length <= mostEntries && count <= mostPages) continue;
    const message = 'The directory answers more groups than there can be. Tell your administrator.';
    throw new OstiaryError('upstream/protocol', message, { detail: { base, mostEntries, mostPages } });
  }
  return all;
}
