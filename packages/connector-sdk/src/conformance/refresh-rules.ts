import { isOstiaryError } from '@ostiary/primitives';
import type { Connector } from '../connector.ts';
import { login, refresh } from './actions.ts';
import { checkIdentity } from './identity-check.ts';
import { accepted, must, needed, type Rule } from './rule.ts';

const asks = (connector: Connector): boolean => connector.refresh?.kind === 'upstream';

export const refreshRules: readonly Rule[] = [
  {
    id: 'refresh/again-and-again',
    about: 'three refreshes in a row, each with the identity of the one before, answer the same account',
    appliesTo: asks,
    async check(context) {
      const first = await login(context);
      let current = first;
      for (let round = 1; round <= 3; round += 1) {
        current = accepted(await refresh(context, current), `refresh ${round}`);
        checkIdentity(current);
        must(current.userId === first.userId, `refresh ${round} changed the userId`);
      }
    },
  },
  {
    id: 'refresh/same-account',
    about: 'an answer about another account is refused',
    appliesTo: asks,
    async check(context) {
      const identity = await login(context);
      needed(context.upstream, 'becomeSomebodyElse');
      context.upstream.becomeSomebodyElse?.();
      const answer = await refresh(context, identity).catch((error: unknown) => {
        must(isOstiaryError(error, 'upstream/protocol'), `another account failed with ${String(error)}`);
        return 'rejected' as const;
      });
      must(answer === 'rejected', 'another account was accepted at refresh');
    },
  },
  {
    id: 'refresh/ended',
    about: 'a login that the provider has ended is rejected',
    appliesTo: asks,
    async check(context) {
      const identity = await login(context);
      needed(context.upstream, 'endLogin');
      context.upstream.endLogin?.();
      must((await refresh(context, identity)) === 'rejected', 'a login that was ended was renewed');
    },
  },
  {
    id: 'refresh/reuse-has-an-end',
    about: 'a login that is used again without asking ends after a stated time',
    appliesTo: (connector) => connector.refresh?.kind === 'reuse',
    async check({ connector }) {
      const seconds = connector.refresh?.kind === 'reuse' ? connector.refresh.maxAgeSeconds : 0;
      must(Number.isSafeInteger(seconds) && seconds > 0, `maxAgeSeconds is ${seconds}`);
    },
  },
];
