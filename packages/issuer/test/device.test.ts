/** The device flow (RFC 8628): a device shows a code, its person types it into a browser elsewhere. */
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { Browser, locationOf } from './browser.ts';
import {
  app,
  bodyOf,
  challenge,
  claimsOf,
  cli,
  type Harness,
  type HarnessOptions,
  redirectUri,
  startIssuer,
  textOf,
  verifier,
} from './harness.ts';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const scope = 'openid profile offline_access';

/** A device of {@link cli}. */
interface Device {
  readonly userCode: string;
  readonly deviceCode: string;
  poll(change?: Readonly<Record<string, string>>): Promise<Reply>;
}

async function startDevice({ browser }: Harness, form: Readonly<Record<string, string>> = {}): Promise<Device> {
  const reply = await browser().send('/device/code', { form: { client_id: 'cli', scope, ...form } });
  const deviceCode = textOf(reply, 'device_code');
  const question = { grant_type: DEVICE_CODE, client_id: 'cli', device_code: deviceCode };
  return {
    userCode: textOf(reply, 'user_code'),
    deviceCode,
    poll: (change) => browser().token({ ...question, ...change }),
  };
}

const typeCode = (browser: Browser, userCode: string): Promise<Reply> =>
  browser.send('/device/auth/verify_code', { form: { user_code: userCode } });

/** From a right code to the question of consent. */
async function logInFor(userCode: string, browser: Browser): Promise<Reply> {
  const { search } = new URL(locationOf(await typeCode(browser, userCode)), 'https://login.example.com');
  const step = await browser.send(`/auth/idp${search}`);
  const state = new URL(locationOf(step)).searchParams.get('state') ?? '';
  const back = await browser.send(`/callback/idp?${new URLSearchParams({ state, code: 'upstream-code' })}`);
  return browser.send(locationOf(back));
}

async function answer(approval: Reply, word: 'approve' | 'rejected', browser: Browser): Promise<Reply> {
  const page = pageOf(approval);
  if (page.name !== 'approval') throw new Error(`no approval page but ${page.name}`);
  return browser.send('/approval', { form: { req: page.req, approval: word } });
}

async function approve(harness: Harness, device: Device): Promise<Reply> {
  const browser = harness.browser();
  return answer(await logInFor(device.userCode, browser), 'approve', browser);
}

type PageReply = Extract<Reply, { kind: 'page' }>;

function pageOf(reply: Reply): PageReply['page'] {
  if (reply.kind !== 'page') throw new Error(`no page but ${JSON.stringify(reply)}`);
  return reply.page;
}

const errorOf = (reply: Reply): unknown => bodyOf(reply).error;

describe('a device and its person', () => {
  it('get tokens: the person types the code as they like, sees who asks and the code, and allows it', async () => {
    const harness = await startIssuer();
    const reply = await harness.browser().send('/device/code', { form: { client_id: 'cli', scope } });
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const body = bodyOf(reply);
    const userCode = textOf(reply, 'user_code');
    expect(body).toEqual({
      device_code: expect.stringMatching(/^odc\./),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: 'https://login.example.com/dex/device',
      verification_uri_complete: `https://login.example.com/dex/device?user_code=${userCode}`,
      expires_in: 300,
      interval: 5,
    });

    const browser = harness.browser();
    expect(await browser.send(`/device?user_code=${userCode}`)).toMatchObject({
      status: 200,
      page: { name: 'device', action: '/dex/device/auth/verify_code', userCode, invalid: false },
    });
    const typed = await typeCode(browser, ` ${userCode.toLowerCase().replace('-', '')} `);
    const choice = await browser.send(locationOf(typed));
    const { page } = choice as PageReply;
    if (page.name !== 'choose-connector') throw new Error('no choice');
    expect(page.clientName).toBe('CLI');
    const approval = await logInFor(userCode, browser);
    expect(pageOf(approval)).toMatchObject({ name: 'approval', clientName: 'CLI', userName: 'Jane Doe', userCode });
    const done = await answer(approval, 'approve', browser);
    expect(done).toMatchObject({ status: 200, page: { name: 'device-approved', clientName: 'CLI' } });
    expect([...browser.cookies]).toEqual([]);

    const tokens = await harness.browser().token({
      grant_type: DEVICE_CODE,
      client_id: 'cli',
      device_code: textOf(reply, 'device_code'),
    });
    expect(bodyOf(tokens)).toMatchObject({ scope, refresh_token: expect.any(String) });
    const claims = claimsOf(textOf(tokens, 'id_token'));
    expect(claims).toMatchObject({ aud: 'cli', name: 'Jane Doe', preferred_username: 'jane' });
    for (const name of ['nonce', 'c_hash']) expect(claims).not.toHaveProperty(name);
    const refreshed = await harness
      .browser()
      .token({ grant_type: 'refresh_token', client_id: 'cli', refresh_token: textOf(tokens, 'refresh_token') });
    expect(refreshed).toMatchObject({ status: 200 });
  });

  it('may be at different replicas', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    await approve(harness, device);
    const form = { grant_type: DEVICE_CODE, client_id: 'cli', device_code: device.deviceCode };
    expect(await new Browser(await harness.replica()).token(form)).toMatchObject({ status: 200 });
  });

  it('a device code is good once, and a second use ends what the first produced', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    await approve(harness, device);
    const first = await device.poll();
    expect(errorOf(await device.poll())).toBe('invalid_grant');
    const form = { grant_type: 'refresh_token', client_id: 'cli', refresh_token: textOf(first, 'refresh_token') };
    expect(errorOf(await harness.browser().token(form))).toBe('invalid_grant');
  });

  it('of two who answer one code the second is told, and changes nothing', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    const [jane, john] = [harness.browser(), harness.browser()];
    const asked = await logInFor(device.userCode, jane);
    harness.upstream.identity = { ...harness.upstream.identity, userId: 'u-2', username: 'John' };
    const alsoAsked = await logInFor(device.userCode, john);
    const answers = await Promise.all([answer(asked, 'approve', jane), answer(alsoAsked, 'approve', john)]);
    const names = answers.map((reply) => pageOf(reply).name).toSorted();
    expect(names).toEqual(['device-approved', 'error']);
    expect(answers.find((reply) => pageOf(reply).name === 'error')).toMatchObject({
      page: { problem: 'login_expired' },
    });
    expect(await device.poll()).toMatchObject({ status: 200 });
  });

  it('an approval in the last second is not in vain', async () => {
    const harness = await startIssuer({ lifetimes: { device: 300, code: 60 } });
    const device = await startDevice(harness);
    const browser = harness.browser();
    const approval = await logInFor(device.userCode, browser);
    harness.clock.advance(299);
    expect(pageOf(await answer(approval, 'approve', browser)).name).toBe('device-approved');
    harness.clock.advance(5);
    expect(await device.poll()).toMatchObject({ status: 200 });
  });

  it('a person who refuses ends the wait of the device', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    const browser = harness.browser();
    const reply = await answer(await logInFor(device.userCode, browser), 'rejected', browser);
    expect(reply).toMatchObject({ page: { name: 'error', problem: 'approval_rejected' } });
    expect(await device.poll()).toMatchObject({ status: 400 });
    expect(errorOf(await device.poll())).toBe('access_denied');
    expect(await typeCode(browser, device.userCode)).toMatchObject({ status: 400, page: { invalid: true } });
  });

  it('nobody logs in for a device that has its answer, or does not wait any more', async () => {
    const harness = await startIssuer();
    const refused = await startDevice(harness);
    const browser = harness.browser();
    const no = await answer(await logInFor(refused.userCode, browser), 'rejected', browser);
    const late = await startDevice(harness);
    const link = locationOf(await typeCode(browser, late.userCode));
    harness.clock.advance(301);
    const page = pageOf(no);
    for (const url of [page.name === 'error' ? (page.retryUrl ?? '') : '', link]) {
      expect(url).toContain('/auth?device=');
      expect(await browser.send(url)).toMatchObject({ page: { name: 'error', problem: 'login_expired' } });
    }
  });

  it('a login that fails can be begun again from the page, for the same device', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    const idp = harness.connector('idp');
    if (idp.via !== 'redirect') throw new Error('no redirect');
    const { finish } = idp.login;
    const login = idp.login as { finish: typeof finish };
    login.finish = () => Promise.reject(new OstiaryError('upstream/unavailable', 'down'));
    const browser = harness.browser();
    const { search } = new URL(locationOf(await typeCode(browser, device.userCode)), 'https://login.example.com');
    const state = new URL(locationOf(await browser.send(`/auth/idp${search}`))).searchParams.get('state') ?? '';
    const failed = await browser.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`);
    const page = pageOf(failed);
    if (page.name !== 'error' || page.retryUrl === undefined) throw new Error('no way to try again');
    login.finish = finish;
    expect(pageOf(await browser.send(page.retryUrl))).toMatchObject({ name: 'choose-connector', clientName: 'CLI' });
    expect(errorOf(await device.poll())).toBe('authorization_pending');
  });
});

describe('a device that waits', () => {
  it('hears that it has to wait, or to wait longer when it asks too early, for which nothing is written', async () => {
    let writes = 0;
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        put: (...args) => {
          writes += 1;
          return driver.put(...args);
        },
      }),
    });
    const device = await startDevice(harness);
    expect(errorOf(await device.poll())).toBe('authorization_pending');
    const before = writes;
    harness.clock.advance(1);
    expect(errorOf(await device.poll())).toBe('slow_down');
    harness.clock.advance(2);
    expect(errorOf(await device.poll())).toBe('slow_down');
    expect(writes).toBe(before);
    harness.clock.advance(1); // a device counts its five seconds from another moment than we do
    expect(errorOf(await device.poll())).toBe('authorization_pending');
    expect(writes).toBe(before + 1);
  });

  it('may ask twice at once, as golang.org/x/oauth2 does to find out how to send the client', async () => {
    const harness = await startIssuer();
    const { deviceCode } = await startDevice(harness);
    const authorization = `Basic ${Buffer.from('cli:').toString('base64')}`;
    const form = { grant_type: DEVICE_CODE, client_id: 'cli', device_code: deviceCode, scope };
    for (let question = 0; question < 3; question += 1) {
      const first = await harness.browser().token(form, { authorization });
      const second = await harness.browser().token(form);
      expect([first, second].map(errorOf)).toEqual(['authorization_pending', 'authorization_pending']);
      harness.clock.advance(5);
    }
  });

  it('is not in the log with every question', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    await device.poll();
    await device.poll();
    const levels = harness.log.lines.filter(({ event }) => event === 'request.refused').map(({ level }) => level);
    expect(levels).toEqual(['debug', 'debug']);
  });

  it('hears when its time is over, and a code that never was one is no grant', async () => {
    const harness = await startIssuer({ lifetimes: { device: 60 } });
    const device = await startDevice(harness);
    const browser = harness.browser();
    const approval = await logInFor(device.userCode, browser);
    harness.clock.advance(60);
    expect(errorOf(await device.poll())).toBe('expired_token');
    expect(await typeCode(browser, device.userCode)).toMatchObject({ status: 400, page: { invalid: true } });
    expect(await answer(approval, 'approve', browser)).toMatchObject({ page: { problem: 'login_expired' } });
    const never = device.deviceCode.replace(/.{43}$/, 'x'.repeat(43)).replace(/\.[0-9a-z]{6}\./, '.zzzzzz.');
    for (const code of [never, 'x', `${device.deviceCode}x`, device.deviceCode.replace('odc', 'ort')]) {
      expect(errorOf(await device.poll({ device_code: code }))).toBe('invalid_grant');
    }
    expect(errorOf(await device.poll({ device_code: '' }))).toBe('invalid_request');
  });

  it('cannot use the secret of another code with its own user code', async () => {
    const harness = await startIssuer();
    const [one, two] = [await startDevice(harness), await startDevice(harness)];
    const mixed = two.deviceCode.replace(/\.[^.]+$/, one.deviceCode.slice(one.deviceCode.lastIndexOf('.')));
    await approve(harness, two);
    expect(errorOf(await two.poll({ device_code: mixed }))).toBe('invalid_grant');
    expect(await two.poll()).toMatchObject({ status: 200 });
  });

  it.each(['before', 'after'])('is no other client, %s the person has answered', async (when) => {
    const other: Client = { ...cli, id: 'other' };
    const harness = await startIssuer({ clients: [cli, other] });
    const device = await startDevice(harness);
    if (when === 'after') await approve(harness, device);
    expect(errorOf(await device.poll({ client_id: 'other' }))).toBe('invalid_grant');
    if (when === 'after') expect(await device.poll()).toMatchObject({ status: 200 });
  });

  it('needs its code verifier when it sent a challenge', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness, { code_challenge: challenge, code_challenge_method: 'S256' });
    await approve(harness, device);
    expect(errorOf(await device.poll())).toBe('invalid_grant');
    expect(await device.poll({ code_verifier: verifier })).toMatchObject({ status: 200 });
  });
});

describe('who may use the device flow', () => {
  const devices: Client = { ...app, id: 'tv', redirectUris: [redirectUri, '/dex/device/callback'] };
  const ask = async (options: HarnessOptions, form: Readonly<Record<string, string>>): Promise<Reply> =>
    (await startIssuer(options)).browser().send('/device/code', { form });

  it.each(['/device/callback', '/dex/device/callback'])(
    'a client with the redirect URI %s and its secret',
    async (uri) => {
      const clients = [{ ...devices, redirectUris: [uri] }];
      const form = { client_id: 'tv', client_secret: 'app-secret' };
      expect(await ask({ clients }, form)).toMatchObject({ status: 200 });
      expect(await ask({ clients }, { client_id: 'tv' })).toMatchObject({ status: 401 });
    },
  );

  it.each([
    [
      'a client that registered no such thing',
      { client_id: 'app', client_secret: 'app-secret' },
      'unauthorized_client',
    ],
    ['a public client with redirect URIs of its own', { client_id: 'native' }, 'unauthorized_client'],
    ['nobody that is known', { client_id: 'nobody' }, 'invalid_client'],
    ['no client', {}, 'invalid_client'],
    ['a scope that does not exist', { client_id: 'cli', scope: 'openid nonsense' }, 'invalid_scope'],
    ['a challenge that is none', { client_id: 'cli', code_challenge: 'short' }, 'invalid_request'],
  ])('not %s', async (_what, form, error) => {
    const native: Client = { ...cli, id: 'native', redirectUris: ['com.example.app:/callback'] };
    const reply = await ask({ clients: [app, cli, native] }, { scope: 'openid', ...form });
    expect(errorOf(reply)).toBe(error);
  });

  it('asks for openid when it names no scope, and needs no PKCE where all others do', async () => {
    const harness = await startIssuer({ protocol: { requirePkce: true } });
    const device = await startDevice(harness, { scope: '' });
    await approve(harness, device);
    expect(bodyOf(await device.poll())).toMatchObject({ scope: 'openid' });
  });

  it('nobody where the grant is switched off: there are no such endpoints, and discovery names none', async () => {
    const { issuer, browser } = await startIssuer({ protocol: { grantTypes: ['authorization_code'] } });
    expect(issuer.endpoints.filter(({ path }) => path.startsWith('/device'))).toEqual([]);
    const document = bodyOf(await browser().send('/.well-known/openid-configuration'));
    expect(document).not.toHaveProperty('device_authorization_endpoint');
  });

  it('only connectors that may be used with it', async () => {
    const harness = await startIssuer({ entries: [{ grantTypes: ['authorization_code'] }, {}] });
    const device = await startDevice(harness);
    const location = locationOf(await typeCode(harness.browser(), device.userCode));
    const { pathname } = new URL(locationOf(await harness.browser().send(location)), 'https://login.example.com');
    expect(pathname).toBe('/dex/auth/ldap');
  });

  it('not a client whose registration changed while its person was logging in', async () => {
    const clients: Client[] = [cli];
    const harness = await startIssuer({ clients });
    const device = await startDevice(harness);
    const browser = harness.browser();
    const location = locationOf(await typeCode(browser, device.userCode));
    const approval = await logInFor(device.userCode, browser);
    clients[0] = { ...cli, redirectUris: ['http://127.0.0.1/'] };
    expect(await browser.send(location)).toMatchObject({ page: { problem: 'login_expired' } });
    expect(await answer(approval, 'approve', browser)).toMatchObject({ page: { problem: 'login_expired' } });
    expect(errorOf(await device.poll())).toBe('authorization_pending');
  });
});

describe('what strangers try', () => {
  it('a code that was typed is needed: no ordinary request leads to a device', async () => {
    const clients: readonly Client[] = [{ ...app, redirectUris: ['/device/callback', '/dex/device/callback'] }, cli];
    const harness = await startIssuer({ clients });
    const device = await startDevice(harness);
    for (const [id, uri] of [
      ['app', '/device/callback'],
      ['app', '/dex/device/callback'],
      ['cli', '/device/callback'],
    ] as const) {
      const query = {
        client_id: id,
        redirect_uri: uri,
        response_type: 'code',
        scope: 'openid',
        state: device.userCode,
      };
      const reply = await harness.browser().send(`/auth?${new URLSearchParams(query)}`);
      expect(reply).toMatchObject({ status: 400, page: { problem: 'unregistered_redirect_uri' } });
    }
  });

  it('the parameter "device" is ours alone, and has its time', async () => {
    const harness = await startIssuer({ lifetimes: { login: 60 } });
    const device = await startDevice(harness);
    const browser = harness.browser();
    const location = locationOf(await typeCode(browser, device.userCode));
    expect(await browser.send(`/auth?device=${'x'.repeat(200)}`)).toMatchObject({ page: { problem: 'login_expired' } });
    harness.clock.advance(60);
    expect(await browser.send(location)).toMatchObject({ page: { problem: 'login_expired' } });
  });

  it('a device code is no authorization code', async () => {
    const harness = await startIssuer();
    const device = await startDevice(harness);
    await approve(harness, device);
    const form = {
      grant_type: 'authorization_code',
      code: device.deviceCode,
      redirect_uri: '/device/callback',
      client_id: 'cli',
    };
    expect(errorOf(await harness.browser().token(form))).toBe('invalid_grant');
    expect(await device.poll()).toMatchObject({ status: 200 });
  });

  it('guesses of user codes are counted with wrong passwords of the address, right ones are not', async () => {
    const harness = await startIssuer({ passwordAttempts: { perAccount: 0, perAddress: 3, window: 900 } });
    const device = await startDevice(harness);
    const browser = harness.browser();
    browser.address = '192.0.2.7';
    for (const code of ['BBBB-BBBB', 'CCCC-CCCC']) {
      expect(await typeCode(browser, code)).toMatchObject({ status: 400, page: { name: 'device', invalid: true } });
    }
    // Neither what was right nor what cannot be a code.
    expect(await typeCode(browser, device.userCode)).toMatchObject({ kind: 'redirect' });
    expect(await typeCode(browser, 'hello')).toMatchObject({ status: 400, page: { userCode: 'hello' } });
    expect(await typeCode(browser, 'DDDD-DDDD')).toMatchObject({ status: 400 });
    const limited = await typeCode(browser, device.userCode);
    expect(limited).toMatchObject({
      status: 429,
      headers: { 'retry-after': '900' },
      page: { problem: 'too_many_logins', retryUrl: '/dex/device' },
    });
    const elsewhere = harness.browser();
    elsewhere.address = '192.0.2.8';
    expect(await typeCode(elsewhere, device.userCode)).toMatchObject({ kind: 'redirect' });
  });

  it('what is typed comes back cut, as text of a page', async () => {
    const { browser } = await startIssuer();
    const reply = await typeCode(browser(), 'x'.repeat(5000));
    expect(pageOf(reply)).toMatchObject({ userCode: 'x'.repeat(20) });
  });
});
