/** What a client takes back itself, at `/token/revoke` (RFC 7009). */
import { OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, Browser } from './browser.ts';
import {
  app,
  bodyOf,
  claimsOf,
  cli,
  type Harness,
  type HarnessOptions,
  issuerId,
  publicRequest,
  startIssuer,
  verifier,
} from './harness.ts';
import { asApp, logIn, refresh, type Tokens, tokensOf, userinfo } from './tokens.ts';

type From = Pick<Harness, 'browser'>;

const other: Client = { ...app, id: 'other', secrets: [new Secret('other-secret')] };
const asOther = { client_id: 'other', client_secret: 'other-secret' };

const start = (more: HarnessOptions = {}): Promise<Harness> => startIssuer({ clients: [app, other, cli], ...more });

const revoke = ({ browser }: From, token: string, more: Record<string, string> = asApp): Promise<Reply> =>
  browser().send('/token/revoke', { form: { token, ...more } });

/** What the log has of revocations. */
const revoked = ({ log }: Harness) => log.lines.filter(({ event }) => event === 'token.revoked');

/** Of all tokens: those that still get something. */
async function working(harness: Harness, { access, refresh: token }: Tokens): Promise<readonly string[]> {
  const accepted = (await userinfo(harness, access)) === 200;
  const renewed = (await refresh(harness, token)).status === 200;
  return [...(accepted ? ['access'] : []), ...(renewed ? ['refresh'] : [])];
}

describe('a refresh token that is revoked', () => {
  it('ends its login, with every access token of it, and no other login of the person', async () => {
    const harness = await start();
    const first = await logIn(harness);
    const second = tokensOf(await refresh(harness, first.refresh));
    const elsewhere = await logIn(harness);
    const reply = await revoke(harness, second.refresh);
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    for (const tokens of [first, second]) expect(await working(harness, tokens)).toEqual([]);
    expect(await working(harness, elsewhere)).toEqual(['access', 'refresh']);
  });

  it('ends it also when it has a successor: who logs out with an old one is not told of a success that is none', async () => {
    const harness = await start();
    const first = await logIn(harness);
    const second = tokensOf(await refresh(harness, first.refresh));
    harness.clock.advance(31);
    expect(await revoke(harness, first.refresh)).toMatchObject({ status: 200 });
    expect(await working(harness, second)).toEqual([]);
    // Nobody used it where a token is given for it, so that is no sign of a thief.
    expect(harness.log.lines.map(({ event }) => event)).not.toContain('refresh.reused');
  });

  it('is found whatever the hint says', async () => {
    const harness = await start();
    const hints = ['access_token', 'refresh_token', 'pixie_dust'];
    for (const token_type_hint of hints) {
      const tokens = await logIn(harness);
      expect(await revoke(harness, tokens.refresh, { ...asApp, token_type_hint })).toMatchObject({ status: 200 });
      expect(await working(harness, tokens)).toEqual([]);
    }
  });

  it('may be one of a public client', async () => {
    const harness = await start();
    const code = answerOf(await harness.browser().logIn(publicRequest())).get('code') ?? '';
    const form = { code, client_id: 'cli', redirect_uri: 'http://127.0.0.1:18000/', code_verifier: verifier };
    const tokens = tokensOf(await harness.browser().token({ grant_type: 'authorization_code', ...form }));
    expect(await revoke(harness, tokens.refresh, { client_id: 'cli' })).toMatchObject({ status: 200 });
    const again = { grant_type: 'refresh_token', refresh_token: tokens.refresh, client_id: 'cli' };
    expect(bodyOf(await harness.browser().token(again)).error).toBe('invalid_grant');
    expect(await userinfo(harness, tokens.access)).toBe(401);
  });
});

describe('an access token that is revoked', () => {
  it('ends alone, until it would have ended', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    const sibling = tokensOf(await refresh(harness, tokens.refresh));
    expect(await revoke(harness, tokens.access)).toMatchObject({ status: 200 });
    expect(await userinfo(harness, tokens.access)).toBe(401);
    expect(await working(harness, sibling)).toEqual(['access', 'refresh']);
    harness.clock.advance(3599);
    expect(await userinfo(harness, tokens.access)).toBe(401);
    harness.clock.advance(2);
    await harness.storage.sweep({ limit: 100 });
    expect((await harness.storage.scan({ prefix: ['revoked-token'], limit: 9 })).keys).toEqual([]);
  });

  it('may be one without a refresh token', async () => {
    const harness = await start();
    const { access } = await logIn(harness, { scope: 'openid' });
    await revoke(harness, access);
    expect(await userinfo(harness, access)).toBe(401);
  });
});

describe('a token that is not the one to revoke', () => {
  it.each(['refresh', 'access'] as const)('of another client is refused, and stays: %s', async (which) => {
    const harness = await start();
    const tokens = await logIn(harness);
    const reply = await revoke(harness, tokens[which], asOther);
    expect(reply).toMatchObject({ status: 400, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(reply)).toEqual({
      error: 'invalid_grant',
      error_description: 'The token was issued to another client. Nothing was revoked.',
    });
    expect(await working(harness, tokens)).toEqual(['access', 'refresh']);
    expect(revoked(harness)).toEqual([]);
    const refused = harness.log.lines.find(({ event }) => event === 'request.refused');
    expect(refused?.fields).toMatchObject({ endpoint: 'revocation', detail: { client: 'other' } });
  });

  it('that names a client in its audience is not its own either', async () => {
    const harness = await start({ clients: [app, { ...other, trustedPeers: ['app'] }] });
    const { access } = await logIn(harness, { scope: 'openid audience:server:client_id:other' });
    expect(await revoke(harness, access, asOther)).toMatchObject({ status: 400 });
    expect(await userinfo(harness, access)).toBe(200);
  });

  it('is over already, or never was one: nothing is left to do', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    await revoke(harness, tokens.refresh);
    const before = revoked(harness).length;
    const unknown = `ort.${'a'.repeat(22)}.${'a'.repeat(43)}`;
    for (const text of [tokens.refresh, tokens.access, unknown, 'x', 'a.b.c']) {
      expect(await revoke(harness, text)).toMatchObject({ status: 200 });
    }
    const { access } = await logIn(harness);
    harness.clock.advance(3600);
    expect(await revoke(harness, access)).toMatchObject({ status: 200 });
    expect(revoked(harness).length).toBe(before);
  });

  it('is an ID token, which clusters would go on to accept: whoever asks is told', async () => {
    const harness = await start();
    const { id } = await logIn(harness);
    const reply = await revoke(harness, id);
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toMatchObject({ error: 'unsupported_token_type' });
    expect(bodyOf(reply).error_description).toContain('Revoke the refresh token');
    harness.clock.advance(3600);
    expect(await revoke(harness, id)).toMatchObject({ status: 200 });
  });
});

describe('two at once', () => {
  it('twenty revocations of one login are all a success, and it is over', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    const replies = await Promise.all(Array.from({ length: 20 }, () => revoke(harness, tokens.refresh)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await working(harness, tokens)).toEqual([]);
  });

  it('a refresh that the revocation overtakes gives nothing', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    harness.upstream.refreshed = async () => {
      expect(await revoke(harness, tokens.refresh)).toMatchObject({ status: 200 });
      return harness.upstream.identity;
    };
    const reply = await refresh(harness, tokens.refresh);
    expect(bodyOf(reply)).toMatchObject({ error: 'invalid_grant' });
    expect((await harness.storage.scan({ prefix: ['refresh-family'], limit: 9 })).keys).toEqual([]);
  });

  it('a refresh that overtakes the revocation gives tokens that are over when that is answered', async () => {
    let meanwhile: (() => Promise<void>) | undefined;
    const harness = await start({
      storage: (driver) => ({
        ...driver,
        take: async (key) => {
          await meanwhile?.();
          return driver.take(key);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    const first = await logIn(harness);
    const gained: Tokens[] = [];
    meanwhile = async () => {
      meanwhile = undefined;
      gained.push(tokensOf(await refresh(harness, first.refresh)));
    };
    expect(await revoke(harness, first.refresh)).toMatchObject({ status: 200 });
    expect(gained).toHaveLength(1);
    for (const tokens of [first, ...gained]) expect(await working(harness, tokens)).toEqual([]);
  });

  it('other replicas know of it at once', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    const second = await harness.replica();
    await revoke({ browser: () => new Browser(second) }, tokens.refresh);
    expect(await working(harness, tokens)).toEqual([]);
  });
});

describe('a storage that is away', () => {
  /** An issuer whose storage fails at `verb` for as long as `failing` names it. */
  async function withFaults() {
    const state: { failing: 'get' | 'put' | 'take' | undefined; from: string } = { failing: undefined, from: '' };
    const check = (verb: string, [kind]: readonly string[]): void => {
      if (state.failing === verb && kind === state.from) {
        throw new OstiaryError('storage/unavailable', 'The storage does not answer.');
      }
    };
    const harness = await start({
      storage: (driver) => ({
        ...driver,
        get: async (key) => {
          check('get', key);
          return driver.get(key);
        },
        put: async (key, value, options) => {
          check('put', key);
          return driver.put(key, value, options);
        },
        take: async (key) => {
          check('take', key);
          return driver.take(key);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    return { harness, state };
  }

  it.each([
    ['refresh', 'get', 'refresh-family'],
    ['refresh', 'get', 'revoked-token'],
    ['refresh', 'put', 'revoked-token'],
    ['refresh', 'take', 'refresh-family'],
    ['access', 'get', 'revoked-token'],
    ['access', 'put', 'revoked-token'],
  ] as const)('is never a success, and the same once more is: %s token, %s of %s', async (which, failing, from) => {
    const { harness, state } = await withFaults();
    const tokens = await logIn(harness);
    Object.assign(state, { failing, from });
    const reply = await revoke(harness, tokens[which]);
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'cache-control': 'no-store' } });
    expect(bodyOf(reply).error).toBe('temporarily_unavailable');
    expect(revoked(harness)).toEqual([]);
    state.failing = undefined;
    expect(await revoke(harness, tokens[which])).toMatchObject({ status: 200 });
    expect(await working(harness, tokens)).toEqual(which === 'access' ? ['refresh'] : []);
  });

  it('after the login was ended leaves nothing to repair: its mark lasts, also where tokens live shorter by now', async () => {
    const { harness, state } = await withFaults();
    const tokens = await logIn(harness);
    const shorter = await harness.replica({ lifetimes: { idToken: 60 } });
    const at = { browser: () => new Browser(shorter) };
    // As a process that dies as soon as it has taken the login away.
    const { take } = harness.storage;
    harness.storage.take = async (key) => {
      const taken = await take(key);
      Object.assign(state, { failing: 'get', from: 'revoked-token' });
      return taken;
    };
    expect(await revoke(at, tokens.refresh)).toMatchObject({ status: 503 });
    state.failing = undefined;
    expect(await revoke(at, tokens.refresh)).toMatchObject({ status: 200 });
    harness.clock.advance(600);
    expect(await userinfo(harness, tokens.access)).toBe(401);
  });
});

describe('a request', () => {
  it.each([
    ['of nobody', {}],
    ['with a wrong secret', { ...asApp, client_secret: 'x' }],
    ['of a confidential client without its secret', { client_id: 'app' }],
  ])('%s is refused, and revokes nothing', async (_who, credentials) => {
    const harness = await start();
    const tokens = await logIn(harness);
    for (const token of [tokens.refresh, tokens.access]) {
      const reply = await revoke(harness, token, credentials);
      expect(reply).toMatchObject({ status: 401 });
      expect(bodyOf(reply).error).toBe('invalid_client');
    }
    expect(await working(harness, tokens)).toEqual(['access', 'refresh']);
  });

  it('without a token in its body is told what is missing', async () => {
    const harness = await start();
    const { refresh: token } = await logIn(harness);
    const reply = await harness.browser().send(`/token/revoke?token=${token}`, { form: asApp });
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toEqual({ error: 'invalid_request', error_description: 'Required param: token.' });
  });
});

it('the log has the client and what was revoked, and no token', async () => {
  const harness = await start();
  const first = await logIn(harness);
  const second = await logIn(harness);
  await revoke(harness, first.refresh);
  await revoke(harness, second.access);
  expect(revoked(harness).map(({ level, fields }) => ({ level, ...fields }))).toMatchObject([
    { level: 'info', client: 'app', what: 'refresh_token', connector: 'idp' },
    { level: 'info', client: 'app', what: 'access_token', accessTokenId: claimsOf(second.access).jti },
  ]);
  const log = JSON.stringify(harness.log.lines);
  for (const token of [first.refresh, first.access, second.access]) {
    for (const part of token.split('.').filter((text) => text.length > 20)) expect(log).not.toContain(part);
  }
});

it('discovery names the endpoint, and that public clients and scripts may call it', async () => {
  const { browser, issuer } = await start();
  expect(bodyOf(await browser().send('/.well-known/openid-configuration'))).toMatchObject({
    revocation_endpoint: `${issuerId}/token/revoke`,
    revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  });
  expect(issuer.endpoints.find(({ path }) => path === '/token/revoke')).toMatchObject({ cors: true });
});
