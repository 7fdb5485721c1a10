import { describe, expect, it } from 'vitest';
import { load, minimal } from '../test/load-config.ts';
import { rotationPolicy } from './keys.ts';

describe('rotationPolicy', () => {
  it('has a key for every algorithm a client wants, the default of the server first', async () => {
    const { config } = await load(
      minimal(`signer: {type: local, config: {algorithm: ES256, keysRotationPeriod: 1h}}
staticClients:
- {id: a, name: A, secret: s, signingAlgorithm: RS256}
- {id: b, name: B, secret: s, signingAlgorithm: RS256, idTokenLifetime: 12h}`),
    );
    expect(rotationPolicy(config)).toEqual({
      algorithms: ['ES256', 'RS256'],
      rotationPeriod: 3600,
      tokenLifetime: 43_200,
      verifierCache: 600,
    });
  });
});
