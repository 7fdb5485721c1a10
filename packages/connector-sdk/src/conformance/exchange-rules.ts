import { Secret } from '@ostiary/primitives';
import type { Connector, TokenExchange } from '../connector.ts';
import type { Identity } from '../identity.ts';
import { failureWith, login, scopes } from './actions.ts';
import { checkIdentity } from './identity-check.ts';
import { accepted, must, needed, type Rule, RuleBroken, type RuleContext } from './rule.ts';
import type { Subject } from './subject.ts';

const appliesTo = (connector: Connector): boolean => connector.exchange !== undefined;

export const exchangeRules: readonly Rule[] = [
  {
    id: 'exchange/same-account',
    about: 'a token of the provider answers the account that a login answers',
    appliesTo,
    async check(context) {
      const subject = await supplied(context, 'exchangeToken');
      const identity = accepted(await exchange(context, subject), 'a good token');
      checkIdentity(identity);
      must(identity.userId === (await login(context)).userId, 'exchange and login answer another userId');
    },
  },
  {
    id: 'exchange/foreign',
    about: 'a token that was meant for somebody else is rejected',
    appliesTo,
    async check(context) {
      const subject = await supplied(context, 'foreignToken');
      must((await exchange(context, subject)) === 'rejected', 'a token for another audience was accepted');
    },
  },
  {
    id: 'exchange/garbage',
    about: 'what is no token, and a type it does not take, is rejected',
    appliesTo,
    async check(context) {
      const types = offered(context).subjectTokenTypes;
      must(types.length > 0, 'subjectTokenTypes is empty');
      for (const type of types) {
        for (const token of ['', 'x.y.z']) {
          must((await exchange(context, { token, type })) === 'rejected', `"${token}" was accepted as ${type}`);
        }
      }
      const { token } = await supplied(context, 'exchangeToken');
      const type = 'urn:ietf:params:oauth:token-type:saml1';
      must((await exchange(context, { token, type })) === 'rejected', `a token was accepted as ${type}`);
    },
  },
  {
    id: 'exchange/unavailable',
    about: 'a provider that is down is upstream/unavailable, not a rejected token',
    needs: 'network',
    appliesTo,
    async check(context) {
      const subject = await supplied(context, 'exchangeToken');
      context.network.weather = 'down';
      await failureWith('upstream/unavailable', () => exchange(context, subject), 'an exchange while it is down');
    },
  },
];

async function supplied({ upstream }: RuleContext, name: 'exchangeToken' | 'foreignToken'): Promise<Subject> {
  needed(upstream, name);
  const subject = await upstream[name]?.();
  if (subject === undefined) throw new RuleBroken(`${name} answered nothing`);
  return subject;
}

function offered({ connector }: RuleContext): TokenExchange {
  if (connector.exchange === undefined) throw new RuleBroken('the connector has no exchange');
  return connector.exchange;
}

const exchange = (context: RuleContext, { token, type }: Subject): Promise<Identity | 'rejected'> =>
  offered(context).exchange({ subjectToken: new Secret(token), subjectTokenType: type, scopes });
