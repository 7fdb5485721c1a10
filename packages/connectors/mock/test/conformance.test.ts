import type { Connector } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import type { Upstream } from '@ostiary/connector-sdk/conformance';
import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { describe } from 'vitest';
import { mockCallback, mockPassword } from '../src/index.ts';

const offline = 'there is no provider';
const onePerson = 'there is one made-up person, who does not change';
const account = { username: 'kilgore', password: 'trout-of-1973' };

const upstream = (): Upstream => ({
  fetch: async () => {
    throw new Error('a mock asks nobody');
  },
  visit: (step) => (step.kind === 'redirect' ? new URL(step.url).searchParams : new URLSearchParams()),
  account,
  exchangeToken: () => ({ token: 'anything', type: 'urn:ietf:params:oauth:token-type:id_token' }),
});

const unchanging = ['claims/email-verified', 'claims/groups', 'refresh/same-account', 'refresh/ended'].map((rule) => ({
  rule,
  because: onePerson,
}));

describe('mockCallback', () => {
  const open = (context: Parameters<typeof mockCallback.open>[1]): Connector => mockCallback.open({}, context);
  connectorConformance(
    { open, upstream, secrets: [], offline },
    {
      waived: [
        ...unchanging,
        { rule: 'redirect/declined', because: 'nobody is asked' },
        { rule: 'exchange/foreign', because: 'it takes every token, as in Dex' },
        { rule: 'exchange/garbage', because: 'it takes every token, as in Dex' },
      ],
    },
  );
});

const config = await readConfig(mockPassword.config, account, { path: 'config' });

describe('mockPassword', () => {
  const open = (context: Parameters<typeof mockPassword.open>[1]): Connector => mockPassword.open(config, context);
  connectorConformance({ open, upstream, secrets: [account.password], offline }, { waived: unchanging });
});
