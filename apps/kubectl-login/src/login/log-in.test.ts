import { Secret } from '@ostiary/primitives';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDeps } from '../../test/support/processes.ts';
import { credential, issuer, now, openStore, session, type TestStore } from '../../test/support/stored.ts';
import { acquireLock } from '../lock/file-lock.ts';
import type { Provider } from '../oidc/provider.ts';
import type { Tokens } from '../oidc/tokens.ts';
import type { LoginFlow } from './flow.ts';
import { type LogInAsk, logIn } from './log-in.ts';

let there: TestStore;
beforeEach(() => {
  there = openStore();
});
afterEach(() => there[Symbol.dispose]());

const provider: Provider = {
  as: { issuer, token_endpoint: `${issuer}/token` },
  fetch: async () => Response.error(),
  now: () => new Date(now),
  skewSeconds: undefined,
};

function tokensOf(name: string): Tokens {
  const claims = { iss: issuer, aud: 'kubectl', sub: `sub-${name}`, iat: 1, exp: 2, preferred_username: name };
  const idToken = { jwt: `jwt-${name}`, claims, receivedAt: now, livesMs: 600_000 };
  return { idToken, refreshToken: new Secret(`rt-${name}`) };
}

/** Logs in, and gives back what was said. */
async function logInAs(name: string, more: Partial<LogInAsk> = {}): Promise<readonly string[]> {
  const said: string[] = [];
  const flow: LoginFlow = ({ keep }) => keep(tokensOf(name));
  const signal = new AbortController().signal;
  const options = { clientId: 'kubectl', scopes: [], timeoutMs: 1000 };
  const ask = { provider, key: session.key, onlySamePerson: false, options, certificateAuthority: undefined };
  const deps = {
    store: there.store,
    lock: lockDeps(),
    now: () => new Date(now),
    say: (line: string) => said.push(line),
  };
  await logIn({ ...ask, flow, signal, byDevice: false, ...more }, deps);
  return said;
}

const owner = (): string | undefined => there.store.find(session.id)?.subject;

describe('a login', () => {
  it('makes a session', async () => {
    expect(await logInAs('jane')).toEqual([]);
    expect(there.store.load(session.id)).toMatchObject({ subject: 'sub-jane', user: 'jane' });
  });

  it('of the same person says nothing of it', async () => {
    there.store.save(session, credential);
    expect(await logInAs('jane', { onlySamePerson: true })).toEqual([]);
  });

  it('of another person hands the session over, and says who it was and who it is', async () => {
    there.store.save(session, credential);
    expect(await logInAs('admin')).toEqual([
      `Session ${session.id} was that of jane, and is now that of admin: contexts bound to it now act as admin.`,
    ]);
    expect(owner()).toBe('sub-admin');
  });

  it('of another person of the same name tells them apart by the subject', async () => {
    there.store.save({ ...session, user: 'admin' }, credential);
    expect((await logInAs('admin'))[0]).toContain('was that of sub-jane, and is now that of sub-admin');
  });

  it('that nobody asked for is not handed to another person', async () => {
    there.store.save(session, credential);
    await expect(logInAs('admin', { onlySamePerson: true })).rejects.toMatchObject({
      code: 'login/not_allowed',
      message: `Session ${session.id} is that of jane, but admin logged in. Nothing was changed.`,
      detail: { remedy: expect.stringContaining(`kubectl login --session=${session.id}`) },
    });
    expect(there.store.load(session.id).refreshToken?.reveal()).toBe('rt-1');
  });

  it('is stored under the lock of the session: a renewal under way would overwrite it', async () => {
    const path = there.store.lockPath(session.id);
    const flow: LoginFlow = async ({ keep }) => {
      await acquireLock({ path, patienceMs: 0, unless: () => undefined }, lockDeps({ pid: 7 }));
      return await keep(tokensOf('jane'));
    };
    await expect(logInAs('jane', { flow })).rejects.toThrow('pid 7');
    expect(owner()).toBeUndefined();
  });
});
