import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { ConnectorContext, FinishLogin, Identity } from '../src/index.ts';
import { type Case, finishing, honestly, identities, type Redirect, refreshing } from './defect.ts';
import { asking, redirectDouble } from './double-provider.ts';

/** A login that takes a code again. */
function remembering(login: Redirect['login']): Redirect['login'] {
  const known = new Map<string | null, Identity>();
  return {
    ...login,
    async finish(answer) {
      const code = answer.params.get('code');
      const identity = known.get(code) ?? (await login.finish(answer));
      known.set(code, identity);
      return identity;
    },
  };
}

/** Ways for a connector with a redirect to be bad. */
export const redirectDefects: readonly Case<Redirect>[] = [
  [
    'asks when it is opened',
    ['open/asks-nobody'],
    (_good, { http }) => {
      http()('https://provider.example/').catch(() => undefined);
      return {};
    },
  ],
  [
    'takes a crash for an answer',
    ['network/heals', 'network/down-in-the-middle', 'network/nonsense', 'secrecy/refused'],
    finishing((answer, good) =>
      good.finish(answer).catch((error: Error) => Promise.reject(new TypeError(error.message))),
    ),
  ],
  [
    'remembers that the provider was down',
    ['network/heals'],
    ({ login }) => {
      let down: unknown;
      return {
        login: {
          ...login,
          async finish(answer) {
            if (down !== undefined) throw down;
            return login.finish(answer).catch((error: unknown) => {
              down = error;
              throw error;
            });
          },
        },
      };
    },
  ],
  [
    'lets in whoever the provider does not know',
    ['network/nonsense', 'redirect/empty-answer', 'secrecy/refused'],
    finishing((answer, good) =>
      good.finish(answer).catch((error: unknown): Identity => {
        if (!isOstiaryError(error, 'upstream/protocol')) throw error;
        return { userId: 'guest', username: '', groups: [] };
      }),
    ),
  ],
  [
    'follows redirects',
    ['network/redirects'],
    (_good, context) => {
      const http: ConnectorContext['http'] = (options) => (input, init) =>
        context.http(options)(input, { ...init, redirect: 'follow' });
      return redirectDouble({ ...context, http });
    },
  ],
  [
    'takes "down" for "no" at a refresh',
    ['network/refresh-keeps-the-login', 'network/nonsense-at-refresh', 'secrecy/refresh'],
    refreshing((ask, good) => honestly(ask, good).catch(() => 'rejected')),
  ],
  [
    'takes "down" for "yes" at a refresh',
    ['network/refresh-keeps-the-login', 'network/refresh-cut-short'],
    refreshing((ask, good) => honestly(ask, good).catch(() => ask.identity)),
  ],
  [
    'loses a rotated refresh token when the provider goes down after it',
    ['network/refresh-cut-short'],
    refreshing((ask, good) => honestly({ ...ask, persist: async () => {} }, good)),
  ],
  [
    'leaves the state out',
    ['redirect/state'],
    ({ login }) => ({
      login: {
        ...login,
        begin: async (ask) => {
          const step = await login.begin({ ...ask, state: 'mine' });
          return step;
        },
      },
    }),
  ],
  [
    'keeps much',
    ['redirect/keep-is-small'],
    ({ login }) => ({
      login: {
        ...login,
        begin: async (ask) => ({ ...(await login.begin(ask)), keep: { nonce: '', more: 'x'.repeat(1024) } }),
      },
    }),
  ],
  ['answers an empty id', ['redirect/identity'], identities((identity) => ({ ...identity, userId: '' }))],
  [
    'answers an id with a line break',
    ['redirect/identity'],
    identities((identity) => ({ ...identity, userId: 'a\n' })),
  ],
  [
    'answers an empty address',
    ['redirect/identity'],
    identities((identity) => ({ ...identity, email: { address: '', verified: false } })),
  ],
  [
    'takes a person who declined for an error of the provider',
    ['redirect/declined'],
    finishing(async (answer, good) => {
      if (answer.params.has('error')) throw new OstiaryError('upstream/protocol', 'An error.');
      return good.finish(answer);
    }),
  ],
  [
    'checks no nonce',
    ['redirect/another-login'],
    finishing(async ({ params }, _good, context) => {
      const person = await asking(context)('/token', { code: params.get('code') ?? '' });
      if (person === 'over') throw new OstiaryError(params.has('error') ? 'login/denied' : 'upstream/protocol', 'No.');
      return { userId: person.id, username: '', groups: [] };
    }),
  ],
  [
    'makes an id of its own at each login',
    ['claims/user-id-stays', 'exchange/same-account'],
    ({ login }) => {
      let logins = 0;
      return {
        login: {
          ...login,
          async finish(answer) {
            logins += 1;
            return { ...(await login.finish(answer)), userId: `u-1-${logins}` };
          },
        },
      };
    },
  ],
  [
    'believes every address',
    ['claims/email-verified'],
    identities((identity) => ({ ...identity, email: { address: 'jane@example.com', verified: true } })),
  ],
  [
    'reads one page of groups',
    ['claims/groups'],
    identities((identity) => ({ ...identity, groups: identity.groups.slice(0, 100) })),
  ],
  [
    'answers doubles',
    ['claims/groups'],
    identities((identity) => ({ ...identity, groups: [...identity.groups, ...identity.groups.slice(0, 1)] })),
  ],
  [
    'forgets what the next refresh needs',
    ['refresh/again-and-again'],
    refreshing(async (ask, good) => {
      const answer = await honestly(ask, good);
      if (answer === 'rejected') return answer;
      const { connectorData: _lost, ...rest } = answer;
      return rest;
    }),
  ],
  [
    'asks nobody at a refresh',
    [
      'refresh/same-account',
      'refresh/ended',
      'network/refresh-keeps-the-login',
      'network/nonsense-at-refresh',
      'secrecy/refresh',
    ],
    refreshing(async ({ identity }) => identity),
  ],
  [
    'uses a login for ever',
    ['refresh/reuse-has-an-end'],
    () => ({ refresh: { kind: 'reuse', maxAgeSeconds: Number.POSITIVE_INFINITY } }),
  ],
  [
    'takes a token that was meant for somebody else',
    ['exchange/foreign'],
    ({ exchange }) =>
      exchange === undefined
        ? {}
        : {
            exchange: {
              ...exchange,
              exchange: (ask) =>
                ask.subjectToken.reveal().startsWith('theirs')
                  ? Promise.resolve({ userId: 'u-1', username: '', groups: [] })
                  : exchange.exchange(ask),
            },
          },
  ],
  [
    'takes everything for a token',
    ['exchange/foreign', 'exchange/garbage', 'exchange/unavailable'],
    ({ exchange }) =>
      exchange === undefined
        ? {}
        : { exchange: { ...exchange, exchange: async () => ({ userId: 'u-1', username: '', groups: [] }) } },
  ],
  [
    'logs out without the way back',
    ['logout/returns'],
    () => ({ logout: { begin: async () => ({ url: 'https://provider.example/out' }) } }),
  ],
  ['remembers what a code gave', ['redirect/once'], ({ login }) => ({ login: remembering(login) })],
  [
    'remembers it, and keeps nothing of a login',
    ['redirect/once'],
    ({ login }) => {
      let kept: FinishLogin['keep'] = null;
      const forgetful: Redirect['login'] = {
        async begin(ask) {
          const step = await login.begin(ask);
          kept = step.keep;
          return { ...step, keep: null };
        },
        finish: (answer) => login.finish({ ...answer, keep: kept }),
      };
      return { login: remembering(forgetful) };
    },
  ],
  [
    'names another callback in its metadata',
    ['metadata/public'],
    () => ({ metadata: { contentType: 'text/plain', describe: async () => 'callback: https://elsewhere.example' } }),
  ],
  [
    'gives its metadata no type',
    ['metadata/public'],
    () => ({ metadata: { contentType: '', describe: async ({ callbackUrl }) => callbackUrl } }),
  ],
];
