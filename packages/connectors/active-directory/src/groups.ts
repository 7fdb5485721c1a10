/** The groups of a person, nested ones included. */
import { both, equals, groupName, oneOf, type Session } from '@ostiary/connector-ldap';
import { uniqueGroups } from '@ostiary/connector-sdk';
import { type Entry, ExtensibleFilter, type Filter } from 'ldapts';
import type { ActiveDirectoryConfig } from './config.ts';

/** `LDAP_MATCHING_RULE_IN_CHAIN`: follows an attribute from group to group ([MS-ADTS] section 3.1.1.3.4.4.3). */
const inChain = '1.2.840.113556.1.4.1941';

/** Security identifiers in one filter. */
const filterSize = 100;

/** What is read of the configuration. */
type Settings = Pick<ActiveDirectoryConfig, 'nestedGroups' | 'groupBaseDN' | 'groupFilter' | 'groupNameAttr'>;

/**
 * The names of the groups that `entry` is in.
 *
 * @throws {OstiaryError} `upstream/protocol` for a group without a name; else as the session says.
 */
export async function groupsOf(session: Session, entry: Entry, settings: Settings): Promise<readonly string[]> {
  const filters = await filtersOf(session, entry, settings);
  const names: string[] = [];
  for (const filter of filters) {
    const groups = await session.search(settings.groupBaseDN, {
      filter: both(settings.groupFilter, filter),
      scope: 'sub',
      attributes: [settings.groupNameAttr],
      mayLackBase: true,
    });
    names.push(...groups.map((group) => groupName(group, settings.groupNameAttr)));
  }
  return uniqueGroups(names);
}

async function filtersOf(session: Session, { dn }: Entry, { nestedGroups }: Settings): Promise<readonly Filter[]> {
  if (nestedGroups === 'none') return [equals('member', dn)];
  if (nestedGroups === 'inChain') return [new ExtensibleFilter({ matchType: 'member', rule: inChain, value: dn })];
  const sids = await tokenGroupsOf(session, dn);
  const chunks = Array.from({ length: Math.ceil(sids.length / filterSize) }, (_none, index) =>
    sids.slice(index * filterSize, (index + 1) * filterSize),
  );
  return chunks.map((chunk) => oneOf(chunk.map((sid) => equals('objectSid', sid))));
}

/** The security identifiers that Windows would put into a token. Computed, and only for one entry at a time. */
async function tokenGroupsOf(session: Session, dn: string): Promise<readonly Buffer[]> {
  const [person] = await session.search(dn, {
    filter: '(objectClass=*)',
    scope: 'base',
    attributes: ['tokenGroups'],
  });
  const sids = person?.tokenGroups ?? [];
  return (Array.isArray(sids) ? sids : [sids]).filter((sid) => Buffer.isBuffer(sid));
}
