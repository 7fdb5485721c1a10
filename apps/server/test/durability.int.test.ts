import { describe, expect, it } from 'vitest';
import { type BuiltServerSettings, logIn, refresh, revoke, startBuiltServer } from './built-server.ts';
import { type DatabaseKind, etcd, kubernetes, mysql, postgres } from './databases.ts';

const DEVICES = 1000;
const AT_ONCE = 25;

/** What one device knows: the token it holds, and the one it got for its refresh, if it heard the answer. */
interface Device {
  readonly token: string;
  answered?: string;
}

/** Starts a server on a database, or on SQLite; both end with what is answered. */
async function startOn(kind: DatabaseKind | undefined, killed: 'server' | 'database', settings: BuiltServerSettings) {
  await using stack = new AsyncDisposableStack();
  const database = kind === undefined ? undefined : stack.use(await kind.start());
  const block = database === undefined ? {} : { storage: database.block() };
  const { url, server } = stack.use(await startBuiltServer({ ...settings, ...block }));
  const owned = stack.move();
  const victim = killed === 'database' && database !== undefined ? database : server;
  return { url, victim, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.each([
  ['a server on SQLite', undefined, 'server'],
  ['a server on PostgreSQL', postgres, 'server'],
  ['the PostgreSQL of a server', postgres, 'database'],
  ['the MySQL of a server', mysql, 'database'],
  ['the etcd of a server', etcd, 'database'],
  ['the API server of a server on Kubernetes', kubernetes, 'database'],
] as const)('%s that is killed in the middle of 1,000 refreshes', (_what, kind, killed) => {
  const name = 'has lost no token that a client was given, and gives none two successors';
  it.skipIf(kind?.lacking !== undefined)(name, { timeout: 180_000 }, async () => {
    await using built = await startOn(kind, killed, { more: 'expiry: { refreshTokens: { reuseInterval: 120s } }' });
    const { url, victim } = built;
    const devices: Device[] = [];
    await inParallel(DEVICES, async () => {
      devices.push({ token: String((await logIn(url)).refresh_token) });
    });

    let answered = 0;
    let killing: Promise<unknown> | undefined;
    await inParallel(DEVICES, async (index) => {
      const device = devices[index];
      if (device === undefined || killing !== undefined) return;
      const answer = await refresh(url, device.token).catch(() => undefined);
      if (answer?.status === 200) device.answered = String(answer.refresh_token);
      answered += 1;
      // With AT_ONCE requests under way, each somewhere between its arrival and its answer.
      if (answered === DEVICES / 2) killing = victim.kill();
    });
    await killing;
    expect(devices.filter((device) => device.answered === undefined).length).toBeGreaterThan(AT_ONCE);
    await victim.restart();

    await inParallel(DEVICES, async (index) => {
      const device = devices[index];
      if (device === undefined) throw new Error('no device');
      const retry = await refresh(url, device.token);
      expect(retry.status, JSON.stringify(retry)).toBe(200);
      // The device heard of one successor at most, and there is no other.
      if (device.answered !== undefined) expect(retry.refresh_token).toBe(device.answered);
      expect((await refresh(url, device.token)).refresh_token).toBe(retry.refresh_token);
      expect(await refresh(url, retry.refresh_token)).toMatchObject({ status: 200 });
    });
  });
});

describe('a server that is killed', () => {
  it('revokes the family of a token that is used again after its successor was used', async () => {
    await using built = await startBuiltServer({ more: 'expiry: { refreshTokens: { reuseInterval: 0s } }' });
    const { url, server } = built;
    const first = (await logIn(url)).refresh_token;
    const second = (await refresh(url, first)).refresh_token;
    await server.kill();
    await server.restart();
    const third = (await refresh(url, second)).refresh_token;
    expect(await refresh(url, first)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await refresh(url, third)).toMatchObject({ status: 400, error: 'invalid_grant' });
  });
});

describe('a server that is killed in the middle of revocations', () => {
  it('does what was left of a revocation when it is asked again', { timeout: 120_000 }, async () => {
    await using built = await startBuiltServer();
    const { url, server } = built;
    const tokens: Record<string, unknown>[] = [];
    await inParallel(200, async () => void tokens.push(await logIn(url)));
    let answered = 0;
    let killing: Promise<unknown> | undefined;
    const ended = new Set<unknown>();
    await inParallel(tokens.length, async (index) => {
      const token = tokens[index]?.refresh_token;
      if (killing !== undefined) return;
      const status = await revoke(url, token).catch(() => undefined);
      if (status === 200) ended.add(token);
      answered += 1;
      if (answered === 100) killing = server.kill();
    });
    await killing;
    await server.restart();
    expect(ended.size).toBeLessThan(tokens.length);
    for (const { refresh_token: token, access_token: access } of tokens) {
      if (!ended.has(token)) expect(await revoke(url, token)).toBe(200);
      expect(await refresh(url, token)).toMatchObject({ status: 400, error: 'invalid_grant' });
      const headers = { authorization: `Bearer ${String(access)}` };
      expect((await fetch(`${url}/userinfo`, { headers })).status).toBe(401);
    }
  });
});

describe('two servers on one file', () => {
  it('share keys, logins and refresh tokens', async () => {
    await using first = await startBuiltServer();
    await using second = await startBuiltServer({ replicaOf: first });
    const { url: other } = second;
    const jwks = async (url: string): Promise<unknown> => (await fetch(`${url}/keys`)).json();
    expect(await jwks(other)).toEqual(await jwks(first.url));
    const token = (await logIn(first.url)).refresh_token;
    const [a, b] = await Promise.all([refresh(first.url, token), refresh(other, token)]);
    expect(a.status).toBe(200);
    expect(b.refresh_token).toBe(a.refresh_token);
  });
});

/** Runs `work` for 0 to `count` - 1, so many at a time as {@link AT_ONCE} says. */
async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
