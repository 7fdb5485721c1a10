/** What every identity looks like, whoever answered it. */
import type { Identity } from '../identity.ts';
import { identityProblems } from '../identity-problems.ts';
import { must } from './rule.ts';

/** Fails the rule when the answer is no identity, or one that a careful connector would not give. */
export function checkIdentity(identity: Identity): void {
  const problems = identityProblems(identity);
  must(problems.length === 0, problems.join(', '));
  const { userId, groups, email } = identity;
  must(!/\p{Cc}/u.test(userId), 'userId holds a control character');
  must(!groups.includes(''), 'a group is empty');
  const double = groups.find((group, index) => groups.indexOf(group) !== index);
  must(double === undefined, `groups holds ${JSON.stringify(double)} twice`);
  must(email?.address !== '', 'email.address is empty: leave email out');
}
