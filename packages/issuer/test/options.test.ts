import { fakeClock, recordingLogger, seededRandom } from '@ostiary/connector-sdk/testing';
import type { IssuerId } from '@ostiary/primitives';
import { memoryStorage } from '@ostiary/storage-memory';
import { createKeyRing, createSealer } from '@ostiary/token-core';
import { describe, expect, it } from 'vitest';
import { createIssuer, type GrantType, type IssuerOptions, type Lifetimes, type SessionOptions } from '../src/index.ts';
import { issuerId } from './harness.ts';

const deps = { now: fakeClock().now, random: seededRandom('options'), log: recordingLogger() };
const storage = await memoryStorage.open({}, deps);
const policy = { algorithms: ['ES256'], rotationPeriod: 21_600, tokenLifetime: 3600, verifierCache: 300 } as const;

const good: IssuerOptions = {
  issuer: issuerId,
  storage,
  keys: await createKeyRing({ storage, policy, deps }),
  sealer: await createSealer({ storage, deps }),
  clients: { find: async () => undefined },
  connectors: { get: () => undefined, list: () => [] },
  lifetimes: { idToken: 3600, login: 900, code: 600, refreshToken: { rotate: true, reuseInterval: 0 } },
  protocol: { skipApproval: true, alwaysShowLogin: false, requirePkce: true, pkceMethods: ['S256'] },
  passwordAttempts: { perAccount: 0, perAddress: 0, window: 900 },
  ...deps,
};

const lifetimes = (change: Partial<Lifetimes>): Partial<IssuerOptions> => ({
  lifetimes: { ...good.lifetimes, ...change },
});
const refreshToken = (change: Partial<Lifetimes['refreshToken']>): Partial<IssuerOptions> =>
  lifetimes({ refreshToken: { ...good.lifetimes.refreshToken, ...change } });
const attempts = (change: object): Partial<IssuerOptions> => ({
  passwordAttempts: { perAccount: 10, perAddress: 200, window: 900, ...change },
});
const sessions = (change: Partial<SessionOptions>): Partial<IssuerOptions> => ({
  sessions: { cookieName: 'session', absolute: 10, idle: 10, sharedByDefault: false, remembered: false, ...change },
});
const grants = (...grantTypes: readonly GrantType[]): Partial<IssuerOptions> => ({
  protocol: { ...good.protocol, grantTypes },
});
const pkce = (...pkceMethods: readonly string[]): Partial<IssuerOptions> =>
  ({ protocol: { ...good.protocol, pkceMethods } }) as Partial<IssuerOptions>;

describe('an issuer', () => {
  it('is made at the edges of what its options may be', () => {
    expect(createIssuer(good).endpoints).not.toEqual([]);
    expect(createIssuer({ ...good, ...sessions({}) }).endpoints).not.toEqual([]);
    expect(createIssuer({ ...good, ...refreshToken({ absolute: 1, idle: 1 }) }).endpoints).not.toEqual([]);
  });

  it.each([
    ['an absolute URL', { issuer: 'login.example.com' as IssuerId }],
    ['lifetimes.idToken must be a whole number from 1 to 3600', lifetimes({ idToken: 3601 })],
    ['lifetimes.idToken', lifetimes({ idToken: Number.NaN })],
    ['lifetimes.login must be a whole number of at least 1', lifetimes({ login: 0 })],
    ['lifetimes.code must be a whole number from 1 to 600', lifetimes({ code: 601 })],
    ['lifetimes.refreshToken.reuseInterval', refreshToken({ reuseInterval: -1 })],
    ['lifetimes.refreshToken.absolute', refreshToken({ absolute: 0 })],
    ['lifetimes.refreshToken.idle', refreshToken({ idle: 1.5 })],
    ['passwordAttempts.perAccount', attempts({ perAccount: Number.NaN })],
    ['passwordAttempts.perAddress', attempts({ perAddress: -1 })],
    ['passwordAttempts.window', attempts({ window: 0 })],
    ['sessions.absolute must be a whole number of at least 1', sessions({ absolute: 0, idle: 0 })],
    ['sessions.idle must be a whole number from 1 to 10', sessions({ idle: 11 })],
    ['sessions.cookieName', sessions({ cookieName: '' })],
    ['sessions.cookieName', sessions({ cookieName: 'a b' })],
    ['sessions.cookieName', sessions({ cookieName: 'login-1' })],
    ['protocol.grantTypes', grants('refresh_token')],
    ['protocol.pkceMethods', pkce()],
    ['protocol.pkceMethods', pkce('s256')],
  ])('is not made where it could only fail later: %s', (message, change) => {
    expect(() => createIssuer({ ...good, ...change })).toThrow(message);
    expect(() => createIssuer({ ...good, ...change })).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });
});
