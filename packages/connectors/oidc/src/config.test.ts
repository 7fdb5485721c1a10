import { testContext } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { configOf } from '../test/support.ts';
import { openClient } from './client.ts';

const overrides = ['authURL', 'tokenURL', 'jwksURL', 'userInfoURL', 'endSessionURL'] as const;

describe('plain http', () => {
  it('is refused at the start: every login would fail', async () => {
    const http = 'http://idp.example/x';
    const providerDiscoveryOverrides = Object.fromEntries(overrides.map((key) => [key, http]));
    const problems = await configOf({ issuer: http, providerDiscoveryOverrides }).catch(String);
    const mustBe = 'must begin with https://: secrets go there. Plain http is for this machine only.';
    expect(String(problems).split('\n')).toEqual([
      expect.stringContaining(`config.issuer: ${mustBe}`),
      ...overrides.map((key) => `config.providerDiscoveryOverrides.${key}: ${mustBe}`),
    ]);
  });

  it('is fine on this machine', async () => {
    const providerDiscoveryOverrides = { tokenURL: 'http://localhost:8080/token' };
    const config = await configOf({ issuer: 'http://127.0.0.1:8080/realms/main', providerDiscoveryOverrides });
    expect(config).toMatchObject({ issuer: 'http://127.0.0.1:8080/realms/main', providerDiscoveryOverrides });
  });
});

describe('an empty text', () => {
  it('as the secret makes a public client, as in Dex', async () => {
    const { provider: _provider, ...client } = openClient(await configOf({ clientSecret: '' }), testContext());
    expect(client).not.toHaveProperty('secret');
  });

  it('as the prompt sends none, where an absent one sends `consent`', async () => {
    expect((await configOf({ promptType: '' })).promptType).toBe('');
    expect((await configOf()).promptType).toBe('consent');
  });
});

it('asks for the default scopes when the list is empty, as Dex does', async () => {
  expect((await configOf({ scopes: [] })).scopes).toEqual(['profile', 'email']);
});
