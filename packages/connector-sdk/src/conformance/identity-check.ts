/** What every identity looks like, whoever answered it. */
import { Secret } from '@ostiary/primitives';
import type { Identity } from '../identity.ts';
import { must } from './rule.ts';

/** Fails the rule when the identity breaks the contract. */
export function checkIdentity(identity: Identity): void {
  const { userId, username, groups, email, connectorData } = identity;
  must(typeof userId === 'string' && userId !== '', 'userId is empty');
  must(!/\p{Cc}/u.test(userId), 'userId holds a control character');
  must(typeof username === 'string', 'username is not a text');
  must(Array.isArray(groups), 'groups is not a list');
  must(
    groups.every((group) => typeof group === 'string' && group !== ''),
    'a group is empty or not a text',
  );
  const double = groups.find((group, index) => groups.indexOf(group) !== index);
  must(double === undefined, `groups holds ${JSON.stringify(double)} twice`);
  must(email === undefined || email.address !== '', 'the address is empty: leave email out');
  must(email === undefined || typeof email.verified === 'boolean', 'email.verified is not a boolean');
  must(connectorData === undefined || connectorData instanceof Secret, 'connectorData is not a Secret');
}
