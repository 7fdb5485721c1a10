/** Two ways to log in at once, for a person of whom nobody knows where they sit. */
import { isOstiaryError } from '@ostiary/primitives';
import type { Tokens } from '../oidc/tokens.ts';
import type { LoginAsk, LoginFlow } from './flow.ts';

/**
 * Whichever way the person takes is the login, and the other one is called off: of both, one gets to keep its tokens. It
 * fails as the first way does. That the second one cannot begin, or that its code expires, ends nothing; that the
 * person says no there does.
 */
export function eitherFlow(first: LoginFlow, second: LoginFlow): LoginFlow {
  return async <Kept>(ask: LoginAsk<Kept>): Promise<Kept> => {
    const over = new AbortController();
    const signal = AbortSignal.any([ask.signal, over.signal]);
    const login = Promise.withResolvers<Kept>();
    let taken: LoginFlow | undefined;
    const begin = (flow: LoginFlow): void => {
      const keep = (tokens: Tokens): Promise<Kept> => {
        if (taken !== undefined) throw calledOff();
        taken = flow;
        over.abort(calledOff());
        return ask.keep(tokens);
      };
      flow({ ...ask, signal, keep }).then(login.resolve, (error: unknown) => {
        const counts = taken === undefined ? flow === first || isOstiaryError(error, 'login/denied') : taken === flow;
        if (counts) login.reject(error);
      });
    };
    begin(first);
    begin(second);
    try {
      return await login.promise;
    } finally {
      over.abort(calledOff());
    }
  };
}

const calledOff = (): Error => new Error('the person has logged in another way');
