import type { Secret } from '@ostiary/primitives';
import type { Connector } from '../connector.ts';
import { begin, failure, failureWith, finish, login, loginOrRefusal, refresh, visit } from './actions.ts';
import { checkIdentity } from './identity-check.ts';
import { addressOf, inside, type Weather } from './network.ts';
import { must, needed, type Rule, type RuleContext } from './rule.ts';

const nonsense: readonly Weather[] = ['HTML', 'empty JSON', 'not found', 'echo'];

const refreshesUpstream = (connector: Connector): boolean => connector.refresh?.kind === 'upstream';

export const networkRules: readonly Rule[] = [
  {
    id: 'open/asks-nobody',
    about: 'open makes no request and does not throw',
    async check({ network }) {
      await new Promise(setImmediate); // what open may have started without waiting for it
      must(network.requests.length === 0, `open asked ${network.requests[0]?.url}`);
    },
  },
  {
    id: 'network/heals',
    about: 'a provider that is down when the connector is opened, and then is up, works without a restart',
    needs: 'network',
    async check(context) {
      for (const weather of ['down', 'busy'] as const) {
        context.network.weather = weather;
        await failureWith('upstream/unavailable', () => login(context), `a login while the provider is ${weather}`);
        context.network.weather = 'up';
        checkIdentity(await login(context));
      }
    },
  },
  {
    id: 'network/down-in-the-middle',
    about: 'a provider that goes down during a login is upstream/unavailable',
    needs: 'network',
    appliesTo: ({ via }) => via === 'redirect',
    async check(context) {
      for (const weather of ['down', 'busy'] as const) {
        const step = await begin(context);
        const params = await visit(context, step);
        context.network.weather = weather;
        await failureWith('upstream/unavailable', () => finish(context, step, params), `finish while it is ${weather}`);
        context.network.weather = 'up';
      }
    },
  },
  {
    id: 'network/nonsense',
    about: 'answers that are not what the protocol says get nobody in, and fail with a known code',
    needs: 'network',
    async check(context) {
      for (const weather of nonsense) await failsIn(context, weather);
    },
  },
  {
    id: 'network/redirects',
    about: 'a redirect in place of an answer is not followed: it may lead to what only the issuer can reach',
    needs: 'network',
    async check(context) {
      const { network } = context;
      const addresses = (): number => new Set(network.requests.map(addressOf)).size;
      network.weather = 'moved';
      let known = -1;
      while (known < addresses() && known < mostRequests) {
        known = addresses();
        await loginOrRefusal(context);
      }
      must(!network.requests.some(({ url }) => url === inside), `a redirect was followed to ${inside}`);
      network.weather = 'up';
      checkIdentity(await login(context));
    },
  },
  {
    id: 'network/refresh-keeps-the-login',
    about: 'a provider that is down or overloaded at a refresh is upstream/unavailable, not a logout',
    needs: 'network',
    appliesTo: refreshesUpstream,
    async check(context) {
      const identity = await login(context);
      for (const weather of ['down', 'busy'] as const) {
        context.network.weather = weather;
        const what = `a refresh while the provider is ${weather}`;
        await failureWith('upstream/unavailable', () => refresh(context, identity), what);
      }
      context.network.weather = 'up';
      must((await refresh(context, identity)) !== 'rejected', 'the refresh after that was rejected');
    },
  },
  {
    id: 'network/refresh-cut-short',
    about: 'a provider that goes down at any point of a refresh costs nobody the login, nor passes for a yes',
    needs: 'network',
    appliesTo: refreshesUpstream,
    async check(context) {
      for (const weather of ['down', 'busy'] as const) {
        let answered = 0;
        while (answered < mostRequests && (await cutShort(context, weather, answered))) answered += 1;
      }
    },
  },
  {
    id: 'network/nonsense-at-refresh',
    about: 'nonsense at a refresh renews nothing, logs nobody out, and fails with a known code',
    needs: 'network',
    appliesTo: refreshesUpstream,
    async check(context) {
      const identity = await login(context);
      for (const weather of nonsense) {
        context.network.weather = weather;
        await failure(() => refresh(context, identity), `a refresh answered with ${weather}`);
      }
    },
  },
];

/** More requests than any refresh of a played provider makes. */
const mostRequests = 50;

/** Longer than access tokens live, so that what can be renewed is renewed. */
const twoHours = 7200;

/** A refresh of which the provider answers so many requests. Answers whether that cut it short. */
async function cutShort(context: RuleContext, weather: Weather, answered: number): Promise<boolean> {
  const { network, clock } = context;
  const identity = await login(context);
  clock.advance(twoHours);
  let { connectorData } = identity;
  const persist = async (data: Secret): Promise<void> => {
    connectorData = data;
  };
  network.weather = weather;
  network.spared = answered;
  const before = network.requests.length;
  const what = `a refresh whose provider is ${weather} after ${answered} requests`;
  const ask = () => refresh(context, identity, persist);
  const outcome = await ask().then(
    (answer) => async () => answer,
    (error: unknown) => () => Promise.reject(error),
  );
  network.weather = 'up';
  if (network.requests.length - before <= answered) {
    must((await outcome()) !== 'rejected', `${what} was rejected`);
    return false;
  }
  await failureWith('upstream/unavailable', outcome, what);
  const kept = connectorData === undefined ? identity : { ...identity, connectorData };
  must((await refresh(context, kept)) !== 'rejected', `the refresh after ${what} was rejected`);
  return true;
}

async function failsIn(context: RuleContext, weather: Weather): Promise<void> {
  if (context.connector.via === 'redirect') {
    const step = await begin(context);
    const params = await visit(context, step);
    context.network.weather = weather;
    await failure(() => finish(context, step, params), `a login answered with ${weather}`);
  } else {
    needed(context.upstream, 'account');
    context.network.weather = weather;
    await failure(() => login(context), `a login answered with ${weather}`);
  }
  context.network.weather = 'up';
}
