import { expect, it } from 'vitest';
import { load, minimal } from '../../test/load-config.ts';
import { summary } from './summary.ts';

it('names the clusters that ask about tokens, where there are any', async () => {
  const rules = 'tokenReview: {claimMappings: {username: {claim: sub, prefix: ""}}}';
  const clients = `staticClients: [{id: a, name: A, secret: s}, {id: prod, name: P, secret: s, ${rules}}]`;
  expect(summary((await load(minimal(clients))).config)).toContain('\n  token reviews:  for prod\n');
  expect(summary((await load(minimal())).config)).not.toContain('token reviews');
});
