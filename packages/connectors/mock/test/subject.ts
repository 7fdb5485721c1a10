import { readConfig } from '@ostiary/connector-sdk/config';
import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { mockCallback, mockPassword } from '../src/index.ts';

const account = { username: 'kilgore', password: 'trout-of-1973' };

const upstream = (): Upstream => ({
  fetch: async () => {
    throw new Error('a mock asks nobody');
  },
  visit: (step) => (step.kind === 'redirect' ? new URL(step.url).searchParams : new URLSearchParams()),
  account,
  exchangeToken: () => ({ token: 'anything', type: 'urn:ietf:params:oauth:token-type:id_token' }),
});

const nobody = { upstream, offline: 'there is no provider' };

/** The mock that redirects, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  ...nobody,
  open: (context) => mockCallback.open({}, context),
  secrets: [],
};

const config = await readConfig(mockPassword.config, account, { path: 'config' });

/** The mock with a form. */
export const passwordSubject: ConformanceSubject = {
  ...nobody,
  open: (context) => mockPassword.open(config, context),
  secrets: [account.password],
};
