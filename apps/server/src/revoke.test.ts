import { describe, expect, it } from 'vitest';
import { load, minimal } from '../test/load-config.ts';
import { longestLoginOf } from './revoke.ts';

describe('a mark', () => {
  it('outlives a login that waits for consent, too, and the tokens that it may lead to', async () => {
    const { config } = await load(
      minimal('expiry: {idTokens: 10m, authRequests: 24h, deviceRequests: 10m, refreshTokens: {absoluteLifetime: 1h}}'),
    );
    expect(longestLoginOf(config)).toBeGreaterThan(24 * 3600 + 600 + 3600 + 600);
  });

  it('stays where logins have no limit', async () => {
    const { config } = await load(minimal('expiry: {refreshTokens: {absoluteLifetime: 0s}}'));
    expect(longestLoginOf(config)).toBeUndefined();
  });
});
