import type { Fetch } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { discoverProvider, keepMetadata, parseIssuerArgument } from './provider.ts';

const issuer = 'https://login.example.com';
const now = new Date('2026-01-01T00:00:00Z');

const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};

describe('a discovery document', () => {
  const discover = (answer: Response) =>
    discoverProvider(new URL(issuer), { fetch: async () => answer, now: () => now });

  it('that is right is taken', async () => {
    expect((await discover(Response.json(metadata))).as).toEqual(metadata);
  });

  it.each<[string, unknown]>([
    ['revocation_endpoint', null],
    ['revocation_endpoint', ''],
    ['revocation_endpoint', 'http://login.example.com/revoke'],
    ['revocation_endpoint', ['https://login.example.com/revoke']],
    ['id_token_signing_alg_values_supported', 'RS256'],
    ['id_token_signing_alg_values_supported', [1]],
    ['scopes_supported', null],
    ['scopes_supported', 'openid'],
  ])('with an odd %s (%j) is taken without it', async (name, value) => {
    const { as } = await discover(Response.json({ ...metadata, [name]: value }));
    expect(as).toEqual(metadata);
  });

  it('gives a session what it needs', async () => {
    const more = {
      revocation_endpoint: `${issuer}/revoke`,
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    };
    const provider = await discover(Response.json({ ...metadata, ...more }));
    expect(provider.as).toEqual({ ...metadata, ...more });
    expect(keepMetadata(provider)).toEqual({
      tokenEndpoint: `${issuer}/token`,
      revocationEndpoint: `${issuer}/revoke`,
      idTokenAlgorithms: ['RS256'],
      fetchedAt: now.getTime(),
    });
  });

  it.each<[string, () => Response]>([
    ['of another issuer', () => Response.json({ ...metadata, issuer: 'https://evil.example' })],
    ['without a token endpoint', () => Response.json({ ...metadata, token_endpoint: undefined })],
    [
      'with an endpoint that is not protected',
      () => Response.json({ ...metadata, token_endpoint: 'http://login.example.com/token' }),
    ],
    [
      'with a key set that is not protected',
      () => Response.json({ ...metadata, jwks_uri: 'http://evil.example/keys' }),
    ],
    [
      'with an endpoint that is no address',
      () => Response.json({ ...metadata, authorization_endpoint: 'javascript:alert(1)' }),
    ],
    ['that is a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['that is not there', () => Response.json({}, { status: 404 })],
    ['that leads elsewhere', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['that is half JSON', () => new Response('{"issuer":', { headers: { 'content-type': 'application/json' } })],
  ])('%s is refused with the name of the issuer', async (_what, answer) => {
    await expect(discover(answer())).rejects.toMatchObject({
      code: 'upstream/protocol',
      message: expect.stringContaining(issuer),
    });
  });

  it.each([
    [404, 'status 404.'],
    [401, 'status 401.'],
    [201, 'status 201.'],
    [302, 'status 302, a redirect, which is not followed.'],
  ])('that is answered with %s is told by status and address, and what to check', async (status, said) => {
    await expect(discover(Response.json(metadata, { status }))).rejects.toMatchObject({
      code: 'upstream/protocol',
      message: `${issuer}/.well-known/openid-configuration answered with ${said}`,
      detail: { remedy: expect.stringContaining('Check the issuer address and its path') },
    });
  });

  it('that is no document is told by its address', async () => {
    const page = new Response('<html>', { headers: { 'content-type': 'text/html' } });
    await expect(discover(page)).rejects.toThrow(`when reading ${issuer}/.well-known/openid-configuration: `);
  });

  it('that a fault of ours keeps away is neither called wrong nor out of reach', async () => {
    const fault = new TypeError('Promise.withResolvers is not a function');
    const fetch: Fetch = async () => {
      throw fault;
    };
    await expect(discoverProvider(new URL(issuer), { fetch, now: () => now })).rejects.toBe(fault);
  });

  it('that cannot be had now is a matter of trying again', async () => {
    await expect(discover(Response.json({}, { status: 503 }))).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it.each([
    ['another', 'https://login.example.org/dex', 'kubectl login https://login.example.org/dex'],
    ['the same with a slash', `${issuer}/dex/`, `kubectl login ${issuer}/dex/`],
    ['a command', `${issuer}/$(id)`, `kubectl login '${issuer}/$(id)'`],
    ['no address', 'dex', 'tell the operator'],
    ['no https address', 'http://login.example.com/dex', 'tell the operator'],
  ])('that calls its issuer %s is refused, with that name and what to do', async (_what, name, remedy) => {
    const fetch: Fetch = async () => Response.json({ ...metadata, issuer: name });
    await expect(discoverProvider(new URL(`${issuer}/dex`), { fetch, now: () => now })).rejects.toMatchObject({
      code: 'upstream/protocol',
      message: `The issuer at ${issuer}/dex calls itself ${name}.`,
      detail: { remedy: expect.stringContaining(remedy) },
    });
  });
});

describe('the address that a person types', () => {
  const discoverTyped = async (text: string, name: string) => {
    const asked: string[] = [];
    const fetch: Fetch = async (input) => {
      asked.push(String(input));
      return Response.json({ ...metadata, issuer: name });
    };
    const { as } = await discoverProvider(parseIssuerArgument(text), { fetch, now: () => now }, { typed: true });
    return { issuer: as.issuer, asked };
  };

  it.each(
    ['', '/'].flatMap((slash) => [
      [`${issuer}/dex`, `${issuer}/dex${slash}`],
      [`${issuer}/dex/`, `${issuer}/dex${slash}`],
      [`${issuer}/dex/.well-known/openid-configuration`, `${issuer}/dex${slash}`],
      [`${issuer}/.well-known/openid-configuration`, `${issuer}${slash}`],
    ]),
  )('%s leads to the issuer %s, under its own name', async (text, name) => {
    const found = await discoverTyped(text, name);
    expect(found.issuer).toBe(name);
    expect(found.asked).toEqual([`${name.replace(/\/$/, '')}/.well-known/openid-configuration`]);
  });

  it('leads to no other issuer', async () => {
    for (const name of [`${issuer}/de`, `${issuer}/dex//`, `${issuer}/Dex`, 'https://evil.example/dex', issuer]) {
      await expect(discoverTyped(`${issuer}/dex/`, name)).rejects.toThrow(`calls itself ${name}.`);
    }
  });

  it.each(['login.example.com', 'http://login.example.com', `${issuer}?a=b`, 'https://jane@login.example.com', ''])(
    'is refused when it is none: %j',
    (text) => expect(() => parseIssuerArgument(text)).toThrow('is not the address of an issuer'),
  );
});
