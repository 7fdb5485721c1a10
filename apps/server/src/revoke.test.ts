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

  it('outlives a session that gives tokens in its last minute', async () => {
    const longest = async (more: string) => {
      const { config } = await load(minimal(`expiry: {refreshTokens: {absoluteLifetime: 1h}}\n${more}`));
      return longestLoginOf(config) ?? 0;
    };
    expect(await longest('sessions: {absoluteLifetime: 48h}')).toBe((await longest('')) + 48 * 3600);
  });

  it('stays where logins have no limit', async () => {
    const { config } = await load(minimal('expiry: {refreshTokens: {absoluteLifetime: 0s}}'));
    expect(longestLoginOf(config)).toBeUndefined();
  });
});
