import { type ErrorCode, OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, Browser, locationOf } from './browser.ts';
import {
  app,
  bodyOf,
  cli,
  type HarnessOptions,
  publicRequest,
  redirectUri,
  request,
  startIssuer,
  textOf,
  verifier,
} from './harness.ts';

function basic(id: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

async function send(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
  const { browser } = await startIssuer();
  return browser().token(form, headers);
}

const refreshForm = { grant_type: 'refresh_token', refresh_token: 'x' };

describe('client authentication', () => {
  const right = basic('app', 'app-secret').authorization;

  it.each([
    ['no client', {}, {}, 'invalid_client', 401],
    ['an unknown client', { client_id: 'nobody', client_secret: 'x' }, {}, 'invalid_client', 401],
    ['a wrong secret in the body', { client_id: 'app', client_secret: 'x' }, {}, 'invalid_client', 401],
    ['no secret for a confidential client', { client_id: 'app' }, {}, 'invalid_client', 401],
    ['a secret for a public client', { client_id: 'cli', client_secret: 'x' }, {}, 'invalid_client', 401],
    ['a wrong secret in the header', {}, basic('app', 'x'), 'invalid_client', 401],
    ['another scheme', {}, { authorization: 'Bearer x' }, 'invalid_client', 401],
    ['a scheme that ends alike', {}, { authorization: `X${right}` }, 'invalid_client', 401],
    ['more than the credentials', {}, { authorization: `${right} x` }, 'invalid_client', 401],
    ['a header without a colon', {}, { authorization: `Basic ${btoa('app')}` }, 'invalid_client', 401],
    [
      'another scheme beside a right secret in the body',
      { client_id: 'app', client_secret: 'app-secret' },
      { authorization: 'Bearer x' },
      'invalid_client',
      401,
    ],
    ['a secret that is not form-encoded', {}, basic('app', '%zz'), 'invalid_request', 400],
    ['two different clients', { client_id: 'cli' }, basic('app', 'app-secret'), 'invalid_request', 400],
    ['two methods', { client_secret: 'app-secret' }, basic('app', 'app-secret'), 'invalid_request', 400],
  ])('refuses %s', async (_name, form, headers, error, status) => {
    const reply = await send({ ...refreshForm, ...form }, headers);
    expect(reply).toMatchObject({ kind: 'document', status });
    expect(bodyOf(reply).error).toBe(error);
    const challenged = reply.headers?.['www-authenticate'] !== undefined;
    expect(challenged).toBe(status === 401);
  });

  it('lets nobody in as a confidential client whose secret was forgotten', async () => {
    const { browser } = await startIssuer({ clients: [{ ...app, secrets: [] }] });
    for (const secret of [{}, { client_secret: '' }]) {
      expect(await browser().token({ ...refreshForm, client_id: 'app', ...secret })).toMatchObject({ status: 401 });
    }
    expect(await browser().token(refreshForm, basic('app', ''))).toMatchObject({ status: 401 });
  });

  it.each([
    ['in the body', { client_id: 'app', client_secret: 'app-secret' }, {}],
    ['in the header', {}, basic('app', 'app-secret')],
    ['in the header, with the same client_id in the body', { client_id: 'app' }, basic('app', 'app-secret')],
    ['as a public client', { client_id: 'cli' }, {}],
  ])('accepts a client %s', async (_name, form, headers) => {
    expect(bodyOf(await send({ ...refreshForm, ...form }, headers)).error).toBe('invalid_grant');
  });

  it('decodes both halves of the header, and accepts either secret during a change', async () => {
    const client: Client = { ...app, id: 'a:b c', secrets: [new Secret('old'), new Secret('n+w%:')] };
    const { browser } = await startIssuer({ clients: [client] });
    const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
    for (const secret of ['old', 'n+w%:']) {
      const headers = basic(encode('a:b c'), encode(secret));
      expect(bodyOf(await browser().token(refreshForm, headers)).error).toBe('invalid_grant');
    }
  });

  it.each([
    ['in the body', { client_id: 'app' }, {}],
    ['in the header', {}, basic('app', '')],
  ])('takes no empty secret %s, not even where one was configured by mistake', async (_where, form, headers) => {
    for (const mistaken of [
      { ...app, secrets: [new Secret('')] },
      { ...app, public: true, secrets: [new Secret('')] },
    ]) {
      const { browser } = await startIssuer({ clients: [mistaken] });
      expect(bodyOf(await browser().token({ ...refreshForm, ...form }, headers)).error).toBe('invalid_client');
    }
  });

  it('never tells a secret to the log', async () => {
    const { browser, log } = await startIssuer();
    await browser().token({ ...refreshForm, client_id: 'app', client_secret: 'guessed-secret' });
    expect(log.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(log.lines)).not.toMatch(/guessed-secret|app-secret/);
  });
});

describe('the request', () => {
  const known = { client_id: 'app', client_secret: 'app-secret' };

  it.each([
    ['no grant_type', known, 'unsupported_grant_type'],
    ['password', { ...known, grant_type: 'password' }, 'unsupported_grant_type'],
    ['implicit', { ...known, grant_type: 'implicit' }, 'unsupported_grant_type'],
    ['no code', { ...known, grant_type: 'authorization_code' }, 'invalid_request'],
    ['no refresh token', { ...known, grant_type: 'refresh_token' }, 'invalid_request'],
    ['a made-up code', { ...known, grant_type: 'authorization_code', code: 'x' }, 'invalid_grant'],
  ])('%s is %s', async (_name, form, error) => {
    const reply = await send(form);
    expect(reply).toMatchObject({ status: 400, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(reply).error).toBe(error);
  });

  it('without a form is invalid_request', async () => {
    const { browser } = await startIssuer();
    const reply = await browser().send('/token?grant_type=refresh_token', { method: 'POST' });
    expect(bodyOf(reply).error).toBe('invalid_request');
  });

  it('with a parameter twice is invalid_request', async () => {
    const { browser } = await startIssuer();
    const form = new URLSearchParams([...Object.entries({ ...known, ...refreshForm }), ['client_id', 'cli']]);
    expect(bodyOf(await browser().send('/token', { form })).error).toBe('invalid_request');
  });
});

async function accessToken(browser: () => Browser): Promise<{ access: string; id: string }> {
  const code = answerOf(await browser().logIn(publicRequest())).get('code') ?? '';
  const reply = await browser().token({
    grant_type: 'authorization_code',
    code,
    client_id: 'cli',
    redirect_uri: 'http://127.0.0.1:18000/',
    code_verifier: verifier,
  });
  return { access: textOf(reply, 'access_token'), id: textOf(reply, 'id_token') };
}

describe('userinfo', () => {
  it('tells the claims of the access token about the person, and no others', async () => {
    const { browser } = await startIssuer({ clients: [cli] });
    const { access } = await accessToken(browser);
    const reply = await browser().send('/userinfo', { headers: { authorization: `Bearer ${access}` } });
    expect(bodyOf(reply)).toEqual({
      sub: 'CgN1LTESA2lkcA',
      email: 'jane@example.com',
      email_verified: true,
      groups: ['dev', 'ops'],
      name: 'Jane Doe',
      preferred_username: 'jane',
    });
  });

  it('does not take an ID token for an access token', async () => {
    const { browser } = await startIssuer({ clients: [cli] });
    const { id } = await accessToken(browser);
    const reply = await browser().send('/userinfo', { headers: { authorization: `Bearer ${id}` } });
    expect(reply).toMatchObject({ status: 401 });
    expect(reply.headers?.['www-authenticate']).toContain('error="invalid_token"');
  });

  it('challenges a request without a token, and refuses an expired one', async () => {
    const { browser, clock } = await startIssuer({ clients: [cli] });
    expect(await browser().send('/userinfo')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    const { access } = await accessToken(browser);
    clock.advance(3600);
    const reply = await browser().send('/userinfo', { headers: { authorization: `Bearer ${access}` } });
    expect(reply).toMatchObject({ status: 401 });
  });
});

describe('discovery and keys', () => {
  it('describes exactly what is there', async () => {
    const { browser, issuer } = await startIssuer();
    const document = bodyOf(await browser().send('/.well-known/openid-configuration'));
    expect(document).toMatchObject({
      issuer: 'https://login.example.com/dex',
      jwks_uri: 'https://login.example.com/dex/keys',
      device_authorization_endpoint: 'https://login.example.com/dex/device/code',
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ],
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256', 'EdDSA'],
      authorization_response_iss_parameter_supported: true,
    });
    const paths = issuer.endpoints.map((endpoint) => `https://login.example.com/dex${endpoint.path}`);
    for (const [name, value] of Object.entries(document)) {
      if (/_(endpoint|uri)$/.test(name)) expect(paths).toContain(value);
    }
  });

  it('names every algorithm of the keys while the default changes, in new and in old processes', async () => {
    const { browser, keys, replica } = await startIssuer();
    const changed = new Browser(await replica({ algorithms: ['RS256'] }));
    await keys.refresh();
    const algorithms = async (from: Browser) =>
      bodyOf(await from.send('/.well-known/openid-configuration')).id_token_signing_alg_values_supported;
    expect(await algorithms(changed)).toEqual(['RS256', 'ES256', 'EdDSA']);
    expect(await algorithms(browser())).toEqual(['ES256', 'EdDSA', 'RS256']);
  });

  it('serves the keys with an age, and never a private member', async () => {
    const { browser } = await startIssuer();
    const reply = await browser().send('/keys');
    expect(reply.headers?.['cache-control']).toBe('public, max-age=300, must-revalidate');
    expect(JSON.stringify(reply)).not.toMatch(/"(d|p|q|dp|dq|qi|k)\\?"/);
  });
});

describe('the age of the key set', () => {
  it('shrinks to nothing while the storage cannot say whether there are other keys', async () => {
    const { browser, clock, keys } = await startIssuer();
    const ages: number[] = [];
    for (let minute = 0; minute <= 10; minute += 1) {
      const age = (await browser().send('/keys')).headers?.['cache-control'];
      expect(age).toBe(`public, max-age=${keys.maxAgeSeconds}, must-revalidate`);
      ages.push(keys.maxAgeSeconds);
      clock.advance(60);
    }
    expect(ages[0]).toBe(300);
    expect(ages.at(-1)).toBe(0);
    await keys.refresh();
    expect((await browser().send('/keys')).headers?.['cache-control']).toContain('max-age=300');
  });
});

describe('what is the same for all', () => {
  it('is one object, whatever the request, until the keys are others', async () => {
    const { browser, issuer, keys, clock } = await startIssuer();
    const same = issuer.endpoints.filter(({ sameForAll }) => sameForAll === true);
    expect(same.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration', '/keys']);
    for (const { path } of same) {
      const other = await browser().send(`${path}?a=b`, { headers: { origin: 'https://app.example.com' } });
      expect(await browser().send(path)).toBe(other);
    }
    const before = await browser().send('/keys');
    clock.advance(24 * 3600);
    await keys.refresh();
    const after = await browser().send('/keys');
    expect(after).not.toEqual(before);
    expect(await browser().send('/keys')).toBe(after);
  });
});

describe('faults of ours', () => {
  /** An issuer whose storage has a bug, once `break` was called. */
  async function withFault(more: HarnessOptions = {}) {
    let broken = false;
    const harness = await startIssuer({
      ...more,
      storage: (driver) => ({
        ...driver,
        get: (key) => {
          if (broken) throw new Error('password=hunter2 at db.internal');
          return driver.get(key);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    return { ...harness, break: () => (broken = true) };
  }

  it('reach a stranger without their text, and the log with it', async () => {
    const { browser, log, break: breakIt } = await withFault();
    const code = answerOf(await browser().logIn(request())).get('code') ?? '';
    breakIt();
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    const reply = await browser().token(form, basic('app', 'app-secret'));
    expect(reply).toMatchObject({ status: 500 });
    expect(JSON.stringify(reply)).not.toContain('hunter2');
    expect(log.lines.some((line) => line.level === 'error' && line.event === 'request.failed')).toBe(true);
  });

  /** The answer to a refresh at which the connector throws, and what the log has of it. */
  async function refreshThatThrows(code: ErrorCode, message: string) {
    const { browser, log, upstream } = await startIssuer();
    const form = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    const granted = answerOf(await browser().logIn(request())).get('code') ?? '';
    const credentials = basic('app', 'app-secret');
    const token = textOf(await browser().token({ ...form, code: granted }, credentials), 'refresh_token');
    upstream.refreshed = async () => {
      throw new OstiaryError(code, message);
    };
    const reply = await browser().token({ grant_type: 'refresh_token', refresh_token: token }, credentials);
    return { reply, failures: log.lines.filter(({ event }) => event === 'request.failed') };
  }

  it.each(['config/invalid', 'storage/corrupt'] as const)(
    'that say %s to operators say it to the log, and not to the client',
    async (code) => {
      const message = 'clientSecretFile: the file does not exist. Check the path.';
      const { reply, failures } = await refreshThatThrows(code, message);
      expect(reply).toMatchObject({ status: 500 });
      expect(bodyOf(reply)).toEqual({ error: 'server_error', error_description: 'The server failed to answer.' });
      expect(failures.map(({ level, fields }) => ({ level, ...fields }))).toMatchObject([
        { level: 'error', code, message },
      ]);
    },
  );

  it.each([
    ['storage/unavailable', 503, 'temporarily_unavailable'],
    ['keys/unavailable', 503, 'temporarily_unavailable'],
    ['upstream/unavailable', 503, 'temporarily_unavailable'],
    ['upstream/protocol', 502, 'server_error'],
  ] as const)('that clients can do something about keep their text: %s', async (code, status, error) => {
    const { reply } = await refreshThatThrows(code, 'Please try again.');
    expect(reply).toMatchObject({ status });
    expect(bodyOf(reply)).toEqual({ error, error_description: 'Please try again.' });
  });

  it('are a page without a message of ours for a person', async () => {
    const { browser, break: breakIt } = await withFault({ protocol: { skipApproval: false } });
    const person = browser();
    const approval = locationOf(await person.logIn(request()));
    breakIt();
    const reply = await person.send(approval);
    expect(reply).toMatchObject({ kind: 'page', status: 502, page: { name: 'error' } });
    expect(JSON.stringify(reply)).not.toContain('hunter2');
  });
});
