import { readConfig } from '@ostiary/connector-sdk/config';
import {
  type FakeClock,
  fakeClock,
  httpOver,
  playRedirect,
  type RedirectPlayer,
  testContext,
} from '@ostiary/connector-sdk/testing';
import type { GitHubConfig } from '../src/config.ts';
import { github } from '../src/index.ts';
import type { FakeGitHub } from './fake-github.ts';

export const clientSecret = 'client-secret-9f2c';

/** A checked configuration for the played GitHub. */
export function configOf(options: Readonly<Record<string, unknown>> = {}): Promise<GitHubConfig> {
  return readConfig(github.config, { clientID: 'ostiary', clientSecret, ...options }, { path: 'config' });
}

/** The connector over a played GitHub. */
export async function opened(
  idp: FakeGitHub,
  options: Readonly<Record<string, unknown>> = {},
): Promise<RedirectPlayer & { readonly clock: FakeClock }> {
  const clock = fakeClock();
  const context = testContext({ http: httpOver(idp.fetch), now: clock.now });
  return { ...playRedirect(github.open(await configOf(options), context), idp.visit), clock };
}
