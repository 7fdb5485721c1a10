import { login, loginOrRefusal } from './actions.ts';
import { checkIdentity } from './identity-check.ts';
import { must, needed, type Rule } from './rule.ts';

/** Values that are not a boolean `true`, and what they are called. */
const notTrue: readonly unknown[] = [false, undefined, null, 'true', 'false', 1];

export const claimRules: readonly Rule[] = [
  {
    id: 'claims/user-id-stays',
    about: 'two logins of one person have the same userId',
    async check(context) {
      const first = await login(context);
      const second = await login(context);
      must(first.userId === second.userId, `userId was ${first.userId}, then ${second.userId}`);
    },
  },
  {
    id: 'claims/email-verified',
    about: 'an address is verified only when the provider says so with a boolean true',
    async check(context) {
      needed(context.upstream, 'setEmailVerified');
      for (const value of notTrue) {
        context.upstream.setEmailVerified?.(value);
        // Refusing the login is as good as saying "not verified".
        const identity = await loginOrRefusal(context);
        const claimed = identity?.email?.verified === true;
        must(!claimed, `email_verified is ${JSON.stringify(value)} at the provider and counts as verified`);
      }
    },
  },
  {
    id: 'claims/groups',
    about: 'groups come complete and without doubles',
    async check(context) {
      needed(context.upstream, 'setGroups');
      const names = Array.from({ length: 250 }, (_none, index) => `group-${index}`);
      context.upstream.setGroups?.([...names, 'group-0', 'group-7']);
      const identity = await login(context);
      checkIdentity(identity);
      const missing = names.filter((name) => !identity.groups.some((group) => group.includes(name)));
      must(missing.length === 0, `${missing.length} of ${names.length} groups are missing`);
    },
  },
];
