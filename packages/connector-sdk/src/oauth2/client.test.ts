import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { clientAuth } from './client.ts';

/** The `Authorization` header of a client, decoded. */
async function basic(clientId: string, secret: string): Promise<string> {
  const authentication = { method: 'client_secret_basic', secret: async () => new Secret(secret) } as const;
  const authenticate = await clientAuth({ clientId, authentication });
  const [body, headers] = [new URLSearchParams(), new Headers()];
  await authenticate({ issuer: 'https://idp.example' }, { client_id: clientId }, body, headers);
  expect(body.toString()).toBe('');
  const [, credentials = ''] = /^Basic ([A-Za-z0-9+/]+=*)$/u.exec(headers.get('authorization') ?? '') ?? [];
  return Buffer.from(credentials, 'base64').toString();
}

describe('client_secret_basic', () => {
  // What Go's url.QueryEscape makes of them.
  it.each([
    ['client-secret-9f2c', 'client-secret-9f2c'],
    ['a-b_c.d~e', 'a-b_c.d~e'],
    ['p@ss:w/rd+ %ü', 'p%40ss%3Aw%2Frd%2B+%25%C3%BC'],
    ["!'()*", '%21%27%28%29%2A'],
    ['&=?#$,;[]', '%26%3D%3F%23%24%2C%3B%5B%5D'],
  ])('sends %s as %s, in the secret and in the id', async (text, encoded) => {
    expect(await basic('ostiary', text)).toBe(`ostiary:${encoded}`);
    expect(await basic(text, 's')).toBe(`${encoded}:s`);
  });
});
