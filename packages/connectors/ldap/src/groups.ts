/** The groups of a person, and those that hold them. */
import { uniqueGroups } from '@ostiary/connector-sdk';
import { OstiaryError } from '@ostiary/primitives';
import { type Entry, ExtensibleFilter, type Filter } from 'ldapts';
import type { GroupSearch } from './config.ts';
import type { Session } from './directory.ts';
import { firstValue, valuesOf } from './entry.ts';
import { both, equals, oneOf } from './users.ts';

/** Values in one filter; a whole level of nested groups takes few questions. */
const filterSize = 50;

/** Levels of nesting beyond which something is wrong. */
const deepest = 100;

/**
 * Names of groups: matcher by matcher, in the order of the server, then those above, level by level. A group is known
 * by its DN, so circles end, and two groups with one name are both walked.
 *
 * @throws {OstiaryError} `upstream/protocol` for a group without a name; else as the session says.
 */
export async function groupsOf(session: Session, user: Entry, search: GroupSearch): Promise<readonly string[]> {
  const found: Entry[] = [];
  for (const { userAttr, groupAttr, recursionGroupAttr } of search.userMatchers) {
    const direct = await searchGroups(session, search, { attribute: groupAttr, values: valuesOf(user, userAttr) });
    const above = recursionGroupAttr === undefined ? [] : await climb(session, search, { direct, recursionGroupAttr });
    found.push(...direct, ...above);
  }
  return uniqueGroups(found.map((group) => groupName(group, search.nameAttr)));
}

interface Nesting {
  readonly direct: readonly Entry[];
  readonly recursionGroupAttr: string;
}

async function climb(
  session: Session,
  search: GroupSearch,
  { direct, recursionGroupAttr: attribute }: Nesting,
): Promise<readonly Entry[]> {
  const known = new Set(direct.map(keyOf));
  const above: Entry[] = [];
  let level = direct;
  for (let depth = 0; level.length > 0 && depth < deepest; depth += 1) {
    const holders = await searchGroups(session, search, { attribute, values: level.map(({ dn }) => dn) });
    level = holders.filter((group) => !known.has(keyOf(group)));
    for (const group of level) known.add(keyOf(group));
    above.push(...level);
  }
  return above;
}

interface Membership {
  /** Perhaps with a matching rule. */
  readonly attribute: string;
  readonly values: readonly string[];
}

async function searchGroups(
  session: Session,
  search: GroupSearch,
  { attribute, values }: Membership,
): Promise<readonly Entry[]> {
  const found = new Map<string, Entry>();
  for (let start = 0; start < values.length; start += filterSize) {
    const matches: Filter[] = values.slice(start, start + filterSize).map((value) => holds(attribute, value));
    const entries = await session.search(search.baseDN, {
      filter: both(search.filter, oneOf(matches)),
      scope: search.scope,
      attributes: search.nameAttr.toLowerCase() === 'dn' ? ['1.1'] : [search.nameAttr],
      mayLackBase: true,
    });
    for (const entry of entries) found.set(keyOf(entry), entry);
  }
  return [...found.values()];
}

/** A rule goes to the server in a field of its own; within the name of an attribute it would match nothing. */
function holds(attribute: string, value: string): Filter {
  const [matchType = '', rule] = attribute.split(':');
  return rule === undefined ? equals(attribute, value) : new ExtensibleFilter({ matchType, rule, value });
}

const keyOf = ({ dn }: Entry): string => dn.toLowerCase();

/**
 * The name of a group.
 *
 * @param attribute with the name; it must have been asked for.
 * @throws {OstiaryError} `upstream/protocol` when there is none: a group that is dropped could be one that forbids.
 */
export function groupName(group: Entry, attribute: string): string {
  const name = firstValue(group, attribute);
  if (name !== '') return name;
  const message = 'A group of the directory has no name. Tell your administrator.';
  throw new OstiaryError('upstream/protocol', message, { detail: { group: group.dn, attribute } });
}
