import type { Fetch } from '@ostiary/primitives';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../oidc/provider.ts';
import type { Tokens } from '../oidc/tokens.ts';
import { problem } from '../problem.ts';
import { deviceFlow } from './device-flow.ts';

const issuer = 'https://login.example.com';
let key: CryptoKey;
let stranger: CryptoKey;
let jwks: object;
beforeAll(async () => {
  const [mine, theirs] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  [key, stranger] = [mine.privateKey, theirs.privateKey];
  jwks = { keys: [{ ...(await exportJWK(mine.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] };
});

/** What the token endpoint says to one question: an OAuth error, tokens, that it has a fault, or nothing at all. */
type Said = { readonly error: string } | 'tokens' | 'forged' | 'broken' | 'unreachable';

interface Scene {
  readonly waited: number[];
  readonly said: string[];
  /** Forms that the issuer was sent. */
  readonly asked: URLSearchParams[];
  readonly provider: Provider;
}

const begun = { device_code: 'secret-device-code', user_code: 'BCDF-GHJK', verification_uri: `${issuer}/device` };

function scene(said: readonly Said[], start: object = { ...begun, expires_in: 300, interval: 5 }, status = 200): Scene {
  const answers = [...said];
  const asked: URLSearchParams[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = String(input);
    if (url === `${issuer}/keys`) return Response.json(jwks);
    asked.push(new URLSearchParams(String(init?.body)));
    if (url === `${issuer}/device/code`) return Response.json(start, { status });
    const answer = answers.shift() ?? 'unreachable';
    if (answer === 'unreachable') throw problem({ code: 'upstream/unavailable', cause: 'down', remedy: 'wait' });
    if (answer === 'broken') return Response.json({ error: 'server_error' }, { status: 500 });
    if (typeof answer !== 'string') return Response.json(answer, { status: 400 });
    return Response.json({ access_token: 'at', token_type: 'bearer', id_token: await idToken(answer) });
  };
  const as = {
    issuer,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    device_authorization_endpoint: `${issuer}/device/code`,
    id_token_signing_alg_values_supported: ['ES256'],
  };
  return { waited: [], said: [], asked, provider: { as, fetch, now: () => new Date(), skewSeconds: undefined } };
}

function idToken(kind: 'tokens' | 'forged'): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000); // the library compares with the clock of this machine
  const claims = { iss: issuer, aud: 'kubectl', sub: 'jane', iat: seconds, exp: seconds + 600 };
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(kind === 'tokens' ? key : stranger);
}

interface Extra {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onSleep?: () => void;
}

function logIn({ waited, said, provider }: Scene, extra: Extra = {}): Promise<string | undefined> {
  const { signal = new AbortController().signal, timeoutMs = 60_000, onSleep = () => {} } = extra;
  const sleep = async (ms: number): Promise<void> => {
    waited.push(ms);
    onSleep();
    await nextTurn();
  };
  const flow = deviceFlow({ say: (line) => void said.push(line), sleep });
  const keep = async ({ idToken: token }: Tokens): Promise<string | undefined> => token?.claims.sub;
  return flow({ provider, options: { clientId: 'kubectl', scopes: [], timeoutMs }, keep, signal });
}

/** Timers get their turn, too. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const pending = { error: 'authorization_pending' } as const;

describe('a login with a code', () => {
  it('shows where to type which code, and asks every five seconds until the person has', async () => {
    const there = scene([pending, pending, 'tokens']);
    expect(await logIn(there)).toBe('jane');
    expect(there.said).toEqual([`Log in at: ${issuer}/device with the code BCDF-GHJK`]);
    expect(there.waited).toEqual([5000, 5000, 5000]);
    const [first, ...others] = there.asked.map((form) => Object.fromEntries(form));
    expect(first).toEqual({ client_id: 'kubectl', scope: 'openid profile email groups offline_access' });
    for (const form of others) {
      expect(form).toEqual({
        client_id: 'kubectl',
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: 'secret-device-code',
      });
    }
  });

  it('takes the interval of the issuer, and five seconds more for all questions once it is told to', async () => {
    const there = scene([pending, { error: 'slow_down' }, pending, 'tokens'], {
      ...begun,
      expires_in: 300,
      interval: 2,
    });
    await logIn(there);
    expect(there.waited).toEqual([2000, 2000, 7000, 7000]);
    const silent = scene(['tokens'], { ...begun, expires_in: 300 });
    await logIn(silent);
    expect(silent.waited).toEqual([5000]);
  });

  it('waits for a network that fails, longer each time, and goes on with the same code', async () => {
    const down = Array.from({ length: 4 }, () => 'unreachable' as const);
    const there = scene([pending, ...down, pending, 'tokens']);
    expect(await logIn(there)).toBe('jane');
    expect(there.waited).toEqual([5000, 5000, 10_000, 20_000, 30_000, 30_000, 5000]);
  });

  it('says once that the issuer is away, also one that says so itself, until it answers again', async () => {
    const there = scene(['broken', 'broken', pending, 'broken', 'tokens']);
    expect(await logIn(there)).toBe('jane');
    const away = `${issuer} answered with status 500. Your code is still good: asking again.`;
    expect(there.said.slice(1)).toEqual([away, away]);
  });

  it.each([
    ['access_denied', 'login/denied', 'Log in again and accept'],
    ['expired_token', 'login/denied', 'type the code a little sooner'],
    ['invalid_grant', 'login/denied', 'Log in again'],
  ])('ends when the issuer says %s', async (error, code, remedy) => {
    const there = scene([pending, { error }]);
    await expect(logIn(there)).rejects.toMatchObject({ code, detail: { remedy: expect.stringContaining(remedy) } });
    expect(there.asked).toHaveLength(3);
  });

  it('keeps nothing of an ID token that is not signed by the issuer', async () => {
    await expect(logIn(scene(['forged']))).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('ends after the time that the person has, and asks no more', async () => {
    const there = scene(Array.from({ length: 1000 }, () => pending));
    const error = { code: 'login/expired', detail: { remedy: expect.stringContaining('--timeout') } };
    await expect(logIn(there, { timeoutMs: 1 })).rejects.toMatchObject(error);
    const { length } = there.asked;
    await nextTurn();
    expect(there.asked.length).toBeLessThanOrEqual(length + 1);
  });

  it('ends when the login is called off', async () => {
    const stop = new AbortController();
    const reason = new Error('a login elsewhere was faster');
    const there = scene([pending, pending, pending]);
    const onSleep = (): void => {
      if (there.waited.length === 2) stop.abort(reason);
    };
    await expect(logIn(there, { signal: stop.signal, onSleep })).rejects.toBe(reason);
  });

  it.each([
    ['an issuer', {}, 'has no device flow'],
    ['a client', { device_authorization_endpoint: `${issuer}/device/code` }, 'does not let the client "kubectl"'],
  ])('is not there at %s without it, which says what to do', async (_what, endpoint, message) => {
    const there = scene([], { error: 'unauthorized_client' }, 400);
    const { device_authorization_endpoint: _left, ...as } = there.provider.as;
    const login = logIn({ ...there, provider: { ...there.provider, as: { ...as, ...endpoint } } });
    await expect(login).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(message),
      detail: { remedy: 'Log in with a browser: leave --device out.' },
    });
    expect(there.waited).toEqual([]);
  });
});
