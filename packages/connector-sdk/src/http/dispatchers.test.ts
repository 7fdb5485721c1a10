import { Agent, ProxyAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createDispatchers } from './dispatchers.ts';

describe('a connection', () => {
  const url = new URL('http://metadata.example/token');
  const throughProxy = (): URL => new URL('http://proxy.example:3128');

  it('goes through the proxy of the environment', async () => {
    await using dispatchers = createDispatchers({}, throughProxy);
    expect(dispatchers.forUrl(url)).toBeInstanceOf(ProxyAgent);
  });

  it('goes through none when it is to be direct', async () => {
    await using dispatchers = createDispatchers({ direct: true }, throughProxy);
    expect(dispatchers.forUrl(url)).toBeInstanceOf(Agent);
  });
});
