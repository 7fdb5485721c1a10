import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Renewing, renewing, tokens, unavailable } from '../../test/support/renewal.ts';
import { credential, issuer, now, openStore, session, type TestStore } from '../../test/support/stored.ts';
import { acquireLock, type HeldLock } from '../lock/file-lock.ts';
import { noteOutage } from './outage.ts';
import { type Renewal, type RenewDeps, renewSession } from './renew.ts';

const ask = { id: session.id, refused: 0 };
/** Its time is over in the margin, and altogether. */
const inMargin = { ...credential, issuedAt: now - 540_001, notAfter: now - 1, expiresAt: now + 60_000 };
const ended = { ...credential, issuedAt: now - 600_000, notAfter: now - 60_000, expiresAt: now - 1 };

let there: TestStore;
let world: Renewing;
beforeEach(() => {
  there = openStore();
  world = renewing(there);
  there.store.save(session, ended);
});
afterEach(() => there[Symbol.dispose]());

/** Another process that holds the lock of the session. */
async function holdLock(pid = 7): Promise<HeldLock> {
  const { deps } = renewing(there, pid);
  const wait = { path: there.store.lockPath(session.id), patienceMs: 0, unless: () => undefined };
  const lock = await acquireLock<never>(wait, deps.lock);
  if ('answer' in lock) throw new Error('an answer without a question');
  return lock;
}

/** Does something in the pause between two looks at the lock. */
function afterPauses(pauses: number, act: () => void, { deps }: Renewing = world): RenewDeps {
  let left = pauses;
  const sleep = async (milliseconds: number): Promise<void> => {
    await deps.lock.sleep(milliseconds);
    left -= 1;
    if (left === 0) act();
  };
  return { ...deps, lock: { ...deps.lock, sleep } };
}

const refreshToken = (): string | undefined => there.store.load(session.id).refreshToken?.reveal();
const kind = ({ kind: name }: Renewal): string => name;

describe('an issuer that is out of reach', () => {
  it('costs whoever has a token the 5 seconds of the retries, and no request more than 4', async () => {
    there.store.save(session, inMargin);
    world.issuer.answers = [
      () => {
        world.pass(4_000);
        return unavailable();
      },
    ];
    expect(kind(await renewSession(ask, world.deps))).toBe('unreachable');
    expect(world.timeouts).toEqual([4_000, 750]);
  });

  it('may take its time when there is no token', async () => {
    world.issuer.answers = [() => tokens()];
    expect(kind(await renewSession(ask, world.deps))).toBe('renewed');
    expect(world.timeouts).toEqual([]);
  });

  it('is waited for by two seconds while another process asks it and the token lasts', async () => {
    there.store.save(session, inMargin);
    await holdLock();
    const before = world.deps.now().getTime();
    expect(kind(await renewSession(ask, world.deps))).toBe('unreachable');
    const waited = world.deps.now().getTime() - before;
    expect(waited).toBeGreaterThanOrEqual(2_000);
    expect(waited).toBeLessThan(2_100);
    expect(world.issuer.requests).toEqual([]);
  });

  it('is waited for longer when the token has ended, or was refused', async () => {
    await holdLock();
    const deps = { ...world.deps, lock: { ...world.deps.lock, sleep: () => world.deps.sleep(1_000) } };
    await expect(renewSession(ask, deps)).rejects.toThrow('pid 7');
    there.store.save(session, inMargin);
    await expect(renewSession({ ...ask, refused: inMargin.issuedAt }, deps)).rejects.toThrow('pid 7');
  });

  it('is asked by nobody who has a token for the next 10 seconds', async () => {
    there.store.save(session, inMargin);
    await renewSession(ask, world.deps);
    const asked = world.issuer.requests.length;
    world.pass(9_000);
    const other = await renewSession(ask, world.deps);
    expect(other).toMatchObject({ kind: 'unreachable', error: { message: expect.stringContaining(issuer) } });
    expect(world.issuer.requests.length).toBe(asked);
    world.pass(1_000);
    world.issuer.answers = [() => tokens()];
    expect(kind(await renewSession(ask, world.deps))).toBe('renewed');
  });

  it('is asked at once by whoever comes later without a token', async () => {
    await renewSession(ask, world.deps);
    world.pass(1);
    world.issuer.answers = [() => tokens()];
    expect(kind(await renewSession(ask, world.deps))).toBe('renewed');
  });

  it('is asked once for all who were waiting, although they have no token', async () => {
    await holdLock();
    const deps = afterPauses(3, () => noteOutage(session.id, world.deps));
    expect(kind(await renewSession(ask, deps))).toBe('unreachable');
    expect(world.issuer.requests).toEqual([]);
  });
});

describe('a renewal', () => {
  it('asks nobody when the token was renewed while the lock was being taken', async () => {
    const newNonce = (): string => {
      there.store.save(session, credential);
      return 'mine';
    };
    const renewal = await renewSession(ask, { ...world.deps, lock: { ...world.deps.lock, newNonce } });
    expect(renewal).toMatchObject({ kind: 'renewed', credential: { issuedAt: credential.issuedAt } });
    expect(world.issuer.requests).toEqual([]);
  });

  it('keeps the new refresh token', async () => {
    world.issuer.answers = [() => tokens()];
    await renewSession(ask, world.deps);
    expect(refreshToken()).toBe('rt-2');
  });

  it('keeps the refresh token of an issuer that gives no new one', async () => {
    world.issuer.answers = [() => tokens({ refresh_token: undefined })];
    expect(kind(await renewSession(ask, world.deps))).toBe('renewed');
    expect(refreshToken()).toBe('rt-1');
  });

  it('drops a refresh token that the issuer refused, and never shows it again', async () => {
    world.issuer.answers = [() => Response.json({ error: 'invalid_grant' }, { status: 400 })];
    expect(await renewSession(ask, world.deps)).toMatchObject({ kind: 'ended', why: 'the issuer ended it' });
    expect(refreshToken()).toBeUndefined();
    expect(await renewSession(ask, world.deps)).toMatchObject({ kind: 'ended', why: 'it has no refresh token' });
    expect(world.issuer.requests).toEqual(['POST /token']);
  });

  it('is tried again twice, while five seconds have not passed', async () => {
    await renewSession(ask, world.deps);
    expect(world.issuer.requests.length).toBe(3);
  });

  it('is not tried again when five seconds have passed', async () => {
    world.issuer.answers = [
      () => {
        world.pass(5_000);
        return unavailable();
      },
    ];
    await renewSession(ask, world.deps);
    expect(world.issuer.requests.length).toBe(1);
  });

  it('is asked where its endpoints are now, once in an hour', async () => {
    there.store.save({ ...session, metadata: { ...session.metadata, fetchedAt: now - 3_600_000 } }, ended);
    const endpoints = { authorization_endpoint: issuer, token_endpoint: `${issuer}/moved`, jwks_uri: issuer };
    world.issuer.answers = [() => Response.json({ issuer, ...endpoints }), () => tokens()];
    expect(kind(await renewSession(ask, world.deps))).toBe('renewed');
    there.store.save(there.store.load(session.id), ended);
    expect(kind(await renewSession(ask, world.deps))).toBe('renewed');
    expect(world.issuer.requests).toEqual(['GET /.well-known/openid-configuration', 'POST /moved', 'POST /moved']);
  });

  it('sends the refresh token to nobody when the issuer now has another name', async () => {
    there.store.save({ ...session, metadata: { ...session.metadata, fetchedAt: now - 3_600_000 } }, ended);
    const endpoints = { authorization_endpoint: issuer, token_endpoint: `${issuer}/token`, jwks_uri: issuer };
    world.issuer.answers = [() => Response.json({ issuer: `${issuer}/`, ...endpoints }), () => tokens()];
    await expect(renewSession(ask, world.deps)).rejects.toThrow(`${issuer} now calls itself ${issuer}/.`);
    expect(world.issuer.requests).toEqual(['GET /.well-known/openid-configuration']);
  });
});
