/** Logs in and refreshes with any connector, over the provider that its conformance tests play. */
import type { Connector, Identity } from '@ostiary/connector-sdk';
import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { fakeClock, httpOver, testContext } from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import type { Cost, Meter } from './meter.ts';

/** What a connector costs with so many groups. */
export interface Costs {
  readonly groups: number;
  /** The first login after the start: keys and metadata of the provider have to be fetched. */
  readonly first: Cost;
  readonly next: Cost;
  /** Absent where the login is used again instead. */
  readonly refresh?: Cost;
}

/** How it is measured. */
export interface DriveOptions {
  /** As many as the provider shall have; none where it has no groups. */
  readonly groups: number;
  /** A meter for the network of this provider. */
  readonly meterOf: (upstream: Upstream) => Meter;
}

const scopes = { offlineAccess: true, groups: true };
const persist = async (): Promise<void> => {};
const callbackUrl = 'https://issuer.example/callback/test';
const state = 'state-of-the-bench';

/**
 * Opens the connector, logs in twice and refreshes.
 *
 * @throws {Error} when the identity has fewer groups than the provider: a figure for half of the work
 *   would be none.
 */
export async function drive(subject: ConformanceSubject, { groups, meterOf }: DriveOptions): Promise<Costs> {
  const clock = fakeClock();
  const upstream = await subject.upstream(clock.now);
  const names = Array.from({ length: groups }, (_none, index) => `group-${index}`);
  upstream.setGroups?.(names);
  const net = meterOf(upstream);
  const { files = {} } = subject;
  const readFile = async (path: string): Promise<string> => files[path] ?? '';
  const open = () => subject.open(testContext({ http: httpOver(net.fetch), readFile, now: clock.now }));
  // A provider that has to be started may still have changes on their way; this login waits for them.
  const before = open();
  await login(before, upstream);
  await before.close?.();
  const connector = open();
  try {
    const first = await net.cost(() => login(connector, upstream));
    const next = await net.cost(() => login(connector, upstream));
    const found = next.answer.groups.length;
    if (upstream.setGroups !== undefined && found < groups) throw new Error(`answered ${found} of ${groups} groups`);
    const logins = { groups, first: first.cost, next: next.cost };
    const { refresh } = connector;
    if (refresh?.kind !== 'upstream') return logins;
    const renewed = await net.cost(() => refresh.refresh({ identity: next.answer, scopes, persist }));
    if (renewed.answer === 'rejected') throw new Error('the refresh was rejected');
    return { ...logins, refresh: renewed.cost };
  } finally {
    await connector.close?.();
  }
}

async function login(connector: Connector, upstream: Upstream): Promise<Identity> {
  if (connector.via === 'password') {
    const { username, password } = upstream.account ?? { username: '', password: '' };
    const answer = await connector.login.check({ username, password: new Secret(password), scopes });
    if (answer === 'rejected') throw new Error('the login was rejected');
    return answer;
  }
  const step = await connector.login.begin({ scopes, callbackUrl, state });
  const params = (await upstream.visit?.(step)) ?? new URLSearchParams();
  const headers = upstream.headers?.() ?? new Headers();
  return connector.login.finish({ scopes, callbackUrl, state, keep: step.keep, params, headers });
}
