/** What every identity looks like, whoever answered it. */
import { Secret } from '@ostiary/primitives';
import type { Identity } from '../identity.ts';
import { must } from './rule.ts';

/** Fails the rule when the identity breaks the contract. */
export function checkIdentity(identity: Identity): void {
  const { userId, username, groups, email, connectorData } = identity;
  must(typeof userId === 'string' && userId !== '', 'userId is empty');
  must(!/\p{Cc}/u.test(userId), 'userId holds a control character');
  must(userId.isWellFormed(), 'userId is no well-formed Unicode');
  must(typeof username === 'string', 'username is not a text');
  must(Array.isArray(groups), 'groups is not a list');
  must(
    groups.every((group) => typeof group === 'string' && group !== ''),
    'a group is empty or not a text',
  );
  const double = groups.find((group, index) => groups.indexOf(group) !== index);
  must(double === undefined, `groups holds ${JSON.stringify(double)} twice`);
  must(email === undefined || typeof email?.address === 'string', 'the address is not a text: leave email out');
  must(email?.address !== '', 'the address is empty: leave email out');
  must(email === undefined || typeof email.verified === 'boolean', 'email.verified is not a boolean');
  must(connectorData === undefined || connectorData instanceof Secret, 'connectorData is not a Secret');
  checkOptional(identity);
}

/** What most providers do not give. A connector in plain JavaScript may answer anything, so nothing is taken as known. */
function checkOptional(identity: Identity): void {
  const { preferredUsername, tenant, authentication, renewable }: Readonly<Partial<Record<keyof Identity, unknown>>> =
    identity;
  must(isAbsentOrText(preferredUsername), 'preferredUsername is not a text: leave it out');
  must(isAbsentOrText(tenant), 'tenant is not a text: leave it out');
  must(renewable === undefined || renewable === false, 'renewable is neither false nor left out');
  if (authentication === undefined) return;
  must(typeof authentication === 'object' && authentication !== null, 'authentication is not an object');
  const { time, expires, methods, contextClass } = authentication as Readonly<Record<string, unknown>>;
  for (const moment of [time, expires]) {
    const valid = moment === undefined || (moment instanceof Date && !Number.isNaN(moment.getTime()));
    must(valid, 'a time of authentication is not a valid Date');
  }
  const named = methods === undefined || (Array.isArray(methods) && methods.every((one) => typeof one === 'string'));
  must(named, 'authentication.methods is not a list of texts');
  must(isAbsentOrText(contextClass), 'authentication.contextClass is not a text: leave it out');
}

const isAbsentOrText = (value: unknown): boolean => value === undefined || typeof value === 'string';
