import { describe, expect, it } from 'vitest';
import { configOf } from '../test/support.ts';

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
