import { describe, expect, it } from 'vitest';
import { protocol, setUp } from '../../test/openid-login.ts';
import { following } from '../testing/following.ts';
import { fakeClock, fakeIdp, httpOver, recordingLogger } from '../testing/index.ts';
import { openProvider } from './provider.ts';

describe('discovery', () => {
  it('is renewed after an hour, and the old document serves while that fails', async () => {
    const { idp, provider, clock, log } = await setUp();
    await provider.metadata();
    idp.lies.answers.discovery = 'down';
    clock.advance(3601);
    expect(await provider.metadata()).toHaveProperty('issuer', idp.issuer);
    expect(log.lines.map((line) => line.event)).toEqual(['provider.discovery_stale']);
    idp.lies.answers = {};
    idp.lies.discovery = { token_endpoint: 'https://idp.example/token2' };
    clock.advance(31);
    expect(await provider.metadata()).toHaveProperty('token_endpoint', 'https://idp.example/token2');
  });

  it('takes what a configuration states in place of the document', async () => {
    const endpoints = { token_endpoint: 'https://elsewhere.example/token' };
    const { provider } = await setUp({ provider: { endpoints } });
    expect(await provider.metadata()).toMatchObject({ ...endpoints, jwks_uri: 'https://idp.example/jwks' });
  });

  it('takes plain http to this machine from a configuration, to another from nobody', async () => {
    const discovered = async (token_endpoint: string) => {
      const { provider } = await setUp({ provider: { endpoints: { token_endpoint } } });
      return provider.metadata();
    };
    const here = 'http://127.0.0.1:8080/token';
    expect(await discovered(here)).toHaveProperty('token_endpoint', here);
    await expect(discovered('http://elsewhere.example/token')).rejects.toMatchObject(protocol);
  });

  it('goes by the alias where the provider does not say its own name', async () => {
    const issuerAlias = 'https://alias.example';
    const { idp, login } = await setUp({ provider: { issuerAlias } });
    idp.lies.discovery = { issuer: 'https://whatever.example/{tenant}' };
    idp.lies.callbackIssuer = issuerAlias;
    await expect(login()).rejects.toMatchObject(protocol);
    idp.lies.idToken = { iss: issuerAlias };
    await expect(login()).resolves.toHaveProperty('claims');
  });

  it.each([
    ['http://idp.example', {}, false],
    ['http://127.0.0.1:5556/dex', {}, true],
    ['http://idp.example', { allowHttp: true }, true],
  ])('plain http, %s with %j: allowed is %s', async (issuer, allow, allowed) => {
    const clock = fakeClock();
    const idp = await fakeIdp({ now: clock.now, issuer });
    const transport = { fetch: httpOver(idp.fetch)(), now: clock.now, ...allow };
    const metadata = openProvider({ issuer, transport, log: recordingLogger() }).metadata();
    await (allowed ? expect(metadata).resolves : expect(metadata).rejects).toMatchObject(
      allowed
        ? { issuer }
        : { code: 'config/invalid', message: expect.stringContaining('issuer: must begin with https://') },
    );
    if (!allowed) expect(idp.requests).toEqual([]);
  });

  it.each([
    ['https://localhost:5556', 'http://localhost:5556/token'],
    ['http://127.0.0.1:5556', 'ftp://127.0.0.1:5556/token'],
    ['http://127.0.0.1:5556', 'javascript:alert(1)'],
  ])('of %s on this machine takes no endpoint %s', async (issuer, token_endpoint) => {
    const { idp, provider } = await setUp({ idp: { issuer } });
    idp.lies.discovery = { token_endpoint };
    await expect(provider.metadata()).rejects.toMatchObject(protocol);
  });

  it('tells of which issuer a document is that is of another one', async () => {
    const { idp, provider } = await setUp();
    idp.lies.discovery = { issuer: `http://10.0.0.7:8080/${'x'.repeat(1000)}` };
    const detail = { expected: idp.issuer, found: `http://10.0.0.7:8080/${'x'.repeat(179)}` };
    await expect(provider.metadata()).rejects.toMatchObject({ ...protocol, detail });
  });

  it.each(['discovery', 'jwks'] as const)('takes no %s document that came with an error', async (endpoint) => {
    const { login } = await setUp({
      network: (idp) => async (input, init) => {
        const answer = await httpOver(idp)()(input, init);
        const isIt = new Request(input).url.endsWith(endpoint === 'jwks' ? '/jwks' : '/openid-configuration');
        return isIt ? new Response(await answer.text(), { status: 404 }) : answer;
      },
    });
    await expect(login()).rejects.toMatchObject({ ...protocol, detail: { status: 404 } });
  });

  const optional = [
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'end_session_endpoint',
    'scopes_supported',
    'id_token_signing_alg_values_supported',
    'code_challenge_methods_supported',
    'token_endpoint_auth_methods_supported',
    'authorization_response_iss_parameter_supported',
  ];

  it.each(optional)('takes null and an empty text for a %s that is not there', async (name) => {
    for (const blank of [null, '']) {
      const { idp, provider } = await setUp();
      idp.lies.discovery = { [name]: blank };
      const metadata = await provider.metadata();
      expect(metadata).toHaveProperty('issuer', idp.issuer);
      expect(metadata).not.toHaveProperty(name);
    }
  });

  it.each(['issuer', 'jwks_uri'])('does not take a %s that is null or empty', async (name) => {
    for (const blank of [null, '']) {
      const { idp, provider } = await setUp();
      idp.lies.discovery = { [name]: blank };
      await expect(provider.metadata()).rejects.toMatchObject(protocol);
    }
  });

  it.each([
    ['userinfo_endpoint', 'none'],
    ['scopes_supported', 'openid'],
    ['scopes_supported', [null]],
    ['authorization_response_iss_parameter_supported', 'true'],
  ])('does not take a %s of %j, and says which member it is', async (name, value) => {
    const { idp, provider } = await setUp();
    idp.lies.discovery = { [name]: value };
    const keys = [expect.stringMatching(new RegExp(`^${name}`, 'u'))];
    await expect(provider.metadata()).rejects.toMatchObject({ ...protocol, detail: { keys } });
  });

  it('and keys are asked for where the provider says, and nowhere else: redirects are not followed', async () => {
    for (const endpoint of ['discovery', 'jwks'] as const) {
      const { idp, login } = await setUp({ network: following });
      idp.lies.answers[endpoint] = 'redirect';
      await expect(login()).rejects.toMatchObject(protocol);
      expect(new Set(idp.requests.map(({ url }) => new URL(url).origin))).toEqual(new Set([idp.issuer]));
    }
  });
});
