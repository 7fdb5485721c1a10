import type { Connector } from '../connector.ts';
import { begin, callbackUrl, failure, failureWith, finish, login, state, visit } from './actions.ts';
import { checkIdentity } from './identity-check.ts';
import { must, needed, type Rule } from './rule.ts';

const appliesTo = (connector: Connector): boolean => connector.via === 'redirect';

/** Bytes of `keep` as JSON. It travels in a cookie, beside other logins. */
const keepLimit = 1024;

export const redirectRules: readonly Rule[] = [
  {
    id: 'redirect/state',
    about: 'begin leads to an absolute URL and sends the state along unchanged',
    appliesTo,
    async check(context) {
      const step = await begin(context);
      const url = new URL(step.kind === 'redirect' ? step.url : step.action);
      must(['http:', 'https:'].includes(url.protocol), `begin leads to ${url.protocol}`);
      const sent = step.kind === 'redirect' ? [...url.searchParams.values()] : Object.values(step.fields);
      const nested = sent.flatMap((value) => (URL.canParse(value) ? [...new URL(value).searchParams.values()] : []));
      must([...sent, ...nested].includes(state), 'the state is not in the URL or the form');
    },
  },
  {
    id: 'redirect/keep-is-small',
    about: `what begin keeps is JSON of at most ${keepLimit} bytes`,
    appliesTo,
    async check(context) {
      const { keep } = await begin(context);
      const json = JSON.stringify(keep);
      must(typeof json === 'string', 'keep is not JSON');
      must(Buffer.byteLength(json) <= keepLimit, `keep has ${Buffer.byteLength(json)} bytes`);
    },
  },
  {
    id: 'redirect/identity',
    about: 'finish answers an identity that keeps the contract',
    appliesTo,
    check: async (context) => checkIdentity(await login(context)),
  },
  {
    id: 'redirect/declined',
    about: 'a person who says no is login/denied',
    appliesTo,
    async check(context) {
      const step = await begin(context);
      needed(context.upstream, 'decline');
      const params = (await context.upstream.decline?.(step)) ?? new URLSearchParams();
      await failureWith('login/denied', () => finish(context, step, params), 'a login that was declined');
    },
  },
  {
    id: 'redirect/another-login',
    about: 'what one login brought back does not finish another (nonce, PKCE, InResponseTo)',
    appliesTo,
    async check(context) {
      const mine = await begin(context);
      if (mine.keep === null) return; // it keeps nothing, so the sealed state alone ties the two ends together
      const theirs = await begin(context);
      const params = await visit(context, theirs);
      await failure(() => finish(context, mine, params), "the answer to somebody else's login");
    },
  },
  {
    id: 'redirect/once',
    about: 'what one login brought back finishes it once (a code, the id of an assertion)',
    appliesTo,
    async check(context) {
      const step = await begin(context);
      const params = await visit(context, step);
      if ([...params.values()].every((value) => value === state)) return; // nothing came back that could be used up
      await finish(context, step, params);
      await failure(() => finish(context, step, params), 'the same answer a second time');
    },
  },
  {
    id: 'redirect/empty-answer',
    about: 'a callback without what the provider should send is refused',
    appliesTo: (connector) => appliesTo(connector),
    needs: 'network',
    async check(context) {
      const step = await begin(context);
      await failure(() => finish(context, step, new URLSearchParams({ state })), `an empty call of ${callbackUrl}`);
    },
  },
];
