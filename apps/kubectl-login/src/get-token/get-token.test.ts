import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Renewing, renewing, tokens, unavailable } from '../../test/support/renewal.ts';
import { credential, issuer, now, openStore, session, type TestStore } from '../../test/support/stored.ts';
import { type GetTokenAsk, type GetTokenDeps, getToken } from './get-token.ts';

const ask: GetTokenAsk = {
  id: session.id,
  info: { apiVersion: 'v1', fromClient: true, interactive: false },
  caller: 'kubectl',
};

let there: TestStore;
let world: Renewing;
let said: string[];
let deps: GetTokenDeps;
beforeEach(() => {
  there = openStore();
  world = renewing(there);
  said = [];
  deps = {
    ...world.deps,
    say: (line) => void said.push(line),
    logInAgain: () => Promise.reject(new Error('nobody is there')),
    isInteractive: false,
  };
});
afterEach(() => there[Symbol.dispose]());

const tokenOf = (answer: string): unknown => JSON.parse(answer).status.token;

describe('a token in its margin', () => {
  beforeEach(() => {
    there.store.save(session, { ...credential, issuedAt: now - 1, notAfter: now, expiresAt: now + 60_000 });
  });

  const page = (status: number): Response =>
    new Response('<html>', { status, headers: { 'content-type': 'text/html', location: 'https://proxy.example/' } });

  it.each<[string, () => Response]>([
    ['is out of reach', unavailable],
    ['answers with a page', () => page(200)],
    ['answers with 403', () => page(403)],
    ['leads elsewhere', () => page(302)],
    ['does not know the client', () => Response.json({ error: 'invalid_client' }, { status: 401 })],
    ['gives a token of another person', () => tokens({}, 'sub-mallory')],
  ])('is used to its end when the issuer %s', async (_what, answer) => {
    world.issuer.answers = [answer];
    const { status } = JSON.parse(await getToken(ask, deps));
    expect(status).toEqual({ token: 't-1', expirationTimestamp: new Date(now + 60_000).toISOString() });
    expect(said).toEqual([expect.stringMatching(/ The present token is used until it ends\.$/)]);
  });

  it('is used to its end when the lock cannot be made', async () => {
    const { store } = deps;
    const nowhere = { ...store, lockPath: () => `${there.home}/none/one.lock` };
    expect(tokenOf(await getToken(ask, { ...deps, store: nowhere }))).toBe('t-1');
    expect(said[0]).toContain('cannot be made (ENOENT)');
  });

  it('is not used when the issuer ended the session', async () => {
    world.issuer.answers = [() => Response.json({ error: 'invalid_grant' }, { status: 400 })];
    await expect(getToken(ask, deps)).rejects.toMatchObject({ code: 'login/expired' });
  });
});

describe('a token that has ended', () => {
  it('is never used: the failure is told', async () => {
    there.store.save(session, { ...credential, issuedAt: now - 2, notAfter: now - 1, expiresAt: now });
    await expect(getToken(ask, deps)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect(said).toEqual([]);
  });
});

describe('a token without a refresh token behind it', () => {
  it('is used to its end, also when the same program asks again, and what to look at is told once', async () => {
    there.store.save({ ...session, refreshToken: undefined }, credential);
    const answers: unknown[] = [];
    for (let round = 0; round < 3; round += 1) answers.push(tokenOf(await getToken(ask, deps)));
    expect(answers).toEqual(['t-1', 't-1', 't-1']);
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(`If the cluster refuses it, .* For a new token: kubectl login --session=${session.id}$`),
      ),
    ]);
  });
});

describe('a new token', () => {
  beforeEach(() => {
    there.store.save(session, { ...credential, issuedAt: now - 2, notAfter: now - 1, expiresAt: now });
    world.issuer.answers = [() => tokens()];
  });

  it('that cannot be kept is given all the same, with a warning', async () => {
    const save = (): never => {
      throw new Error('the disk is full');
    };
    const answer = await getToken(ask, { ...deps, store: { ...deps.store, save } });
    expect(tokenOf(answer)).toMatch(/^ey/);
    expect(said).toEqual([expect.stringMatching(/the disk is full.* The new token is used, but .* not be kept/)]);
  });

  it('that the same program asks for again is explained once, as a guess', async () => {
    const first = await getToken(ask, deps);
    world.pass(10);
    world.issuer.answers = [() => tokens({ refresh_token: 'rt-3' })];
    const answers: unknown[] = [];
    for (let round = 0; round < 4; round += 1) answers.push(tokenOf(await getToken(ask, deps)));
    expect(new Set(answers).size).toBe(1);
    expect(tokenOf(first)).toMatch(/^ey/);
    expect(world.issuer.requests.length).toBe(2);
    expect(said).toEqual([
      expect.stringMatching(/as one that the cluster refused does, so a new one was fetched/),
      expect.stringMatching(new RegExp(`If the cluster refuses it, check that .* ${issuer} with the audience kubectl`)),
    ]);
  });

  it('that is refused to the next program, too, is not fetched anew: what to look at is told', async () => {
    await getToken(ask, deps);
    world.pass(10);
    world.issuer.answers = [() => tokens({ refresh_token: 'rt-3' })];
    const replacement = await getToken(ask, deps);
    const again = { ...ask, caller: 'kubectl-2' };
    world.pass(20_000);
    expect([await getToken(again, deps), await getToken(again, deps)]).toEqual([replacement, replacement]);
    expect(world.issuer.requests.length).toBe(2);
    expect(said).toEqual([
      expect.stringMatching(/so a new one was fetched. If the command failed, run it again\.$/),
      expect.stringMatching(new RegExp(`If the cluster refuses it, check that .* ${issuer} with the audience kubectl`)),
    ]);
  });

  it('that a cluster refuses after a minute is replaced', async () => {
    await getToken(ask, deps);
    world.pass(10);
    world.issuer.answers = [() => tokens({ refresh_token: 'rt-3' }), () => tokens({ refresh_token: 'rt-4' })];
    await getToken(ask, deps);
    const later = { ...ask, caller: 'kubectl-2' };
    world.pass(60_000);
    const refused = await getToken(later, deps);
    world.pass(10);
    expect(await getToken(later, deps)).not.toBe(refused);
  });
});
