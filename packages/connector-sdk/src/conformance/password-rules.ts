import type { Connector } from '../connector.ts';
import { check, login, passwordLogin } from './actions.ts';
import { checkIdentity } from './identity-check.ts';
import { must, needed, type Rule } from './rule.ts';

const appliesTo = (connector: Connector): boolean => connector.via === 'password';

/** Names that mean something to LDAP filters, DNs, SQL, headers or terminals, and one nobody has. */
const strangeNames: readonly string[] = [
  '*',
  '*)(uid=*))(|(uid=*',
  'admin)(&)',
  'cn=admin,dc=example',
  "' OR '1'='1",
  'a\u0000b',
  'a\r\nb: c',
  '\\2a',
  '../../etc/passwd',
  'n'.repeat(10_000),
];

export const passwordRules: readonly Rule[] = [
  {
    id: 'password/identity',
    about: 'the right password answers an identity that keeps the contract, and the form has a label',
    appliesTo,
    async check(context) {
      must(passwordLogin(context).prompt.trim() !== '', 'prompt is empty');
      checkIdentity(await login(context));
    },
  },
  {
    id: 'password/wrong',
    about: 'a wrong password and an unknown name are rejected alike',
    appliesTo,
    async check(context) {
      const { username, password } = needed(context.upstream, 'account');
      must((await check(context, username, `${password}x`)) === 'rejected', 'a longer password was accepted');
      must((await check(context, username, password.slice(1))) === 'rejected', 'a shorter password was accepted');
      must((await check(context, 'nobody-has-this-name', password)) === 'rejected', 'an unknown name was accepted');
    },
  },
  {
    id: 'password/empty',
    about: 'an empty password is rejected before anybody is asked',
    appliesTo,
    async check(context) {
      const { username } = needed(context.upstream, 'account');
      must((await check(context, username, '')) === 'rejected', 'an empty password was accepted');
      must((await check(context, '', '')) === 'rejected', 'an empty name was accepted');
      must(context.network.requests.length === 0, 'the provider was asked about an empty password');
    },
  },
  {
    id: 'password/strange-names',
    about: 'a name that is a pattern or an injection gets nobody in',
    appliesTo,
    async check(context) {
      const { password } = needed(context.upstream, 'account');
      for (const name of strangeNames) {
        const answer = await check(context, name, password);
        must(answer === 'rejected', `the name ${JSON.stringify(name.slice(0, 40))} was accepted`);
      }
    },
  },
];
