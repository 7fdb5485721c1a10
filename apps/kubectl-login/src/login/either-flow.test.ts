import { describe, expect, it, vi } from 'vitest';
import type { Provider } from '../oidc/provider.ts';
import type { Tokens } from '../oidc/tokens.ts';
import { problem } from '../problem.ts';
import { eitherFlow } from './either-flow.ts';
import type { LoginAsk, LoginFlow } from './flow.ts';

const provider: Provider = {
  as: { issuer: 'https://login.example.com' },
  fetch,
  now: () => new Date(),
  skewSeconds: 0,
};
const failure = (code: 'login/denied' | 'login/expired' | 'oauth/invalid_client') =>
  problem({ code, cause: code, remedy: 'x' });

/** A way that a test leads to its end, and what became of it. */
function way(name: string) {
  const tokens = Promise.withResolvers<Tokens>();
  const seen: { signal?: AbortSignal } = {};
  const flow: LoginFlow = async (ask) => {
    seen.signal = ask.signal;
    ask.signal.addEventListener('abort', () => tokens.reject(ask.signal.reason));
    return ask.keep(await tokens.promise);
  };
  const finish = (): void => tokens.resolve({ accessToken: name } as unknown as Tokens); // only told apart here
  return { flow, seen, finish, fail: (error: Error) => tokens.reject(error) };
}

function setUp(more: Partial<LoginAsk<string>> = {}) {
  const [first, second] = [way('first'), way('second')];
  const keep = vi.fn(async (tokens: Tokens) => `kept ${JSON.stringify(tokens)}`);
  const options = { clientId: 'kubectl', scopes: [], timeoutMs: 1000 };
  const signal = new AbortController().signal;
  const login = eitherFlow(first.flow, second.flow)({ provider, options, keep, signal, ...more });
  return { first, second, keep, login };
}

describe('two ways to log in at once', () => {
  it.each(['first', 'second'] as const)(
    'are over when the %s has tokens, and the other one is called off',
    async (name) => {
      const scene = setUp();
      scene[name].finish();
      expect(await scene.login).toBe(`kept {"accessToken":"${name}"}`);
      expect(scene.first.seen.signal?.aborted).toBe(true);
      expect(scene.second.seen.signal?.aborted).toBe(true);
    },
  );

  it('keep the tokens of one, also when both have some at the same moment', async () => {
    const { first, second, keep, login } = setUp();
    first.finish();
    second.finish();
    await login;
    await new Promise(setImmediate);
    expect(keep).toHaveBeenCalledOnce();
  });

  it.each(['login/denied', 'login/expired', 'oauth/invalid_client'] as const)(
    'fail as the first one does: %s',
    async (code) => {
      const { first, login } = setUp();
      first.fail(failure(code));
      await expect(login).rejects.toMatchObject({ code });
    },
  );

  it.each(['login/expired', 'oauth/invalid_client'] as const)('go on when the second one fails: %s', async (code) => {
    const { first, second, login } = setUp();
    second.fail(failure(code));
    await new Promise(setImmediate);
    first.finish();
    expect(await login).toContain('first');
  });

  it('fail when the person says no at the second one', async () => {
    const { second, login } = setUp();
    second.fail(failure('login/denied'));
    await expect(login).rejects.toMatchObject({ code: 'login/denied' });
  });

  it.each(['first', 'second'] as const)('fail when the tokens of the %s are refused', async (name) => {
    const scene = setUp({ keep: () => Promise.reject(failure('login/expired')) });
    scene[name].finish();
    await expect(scene.login).rejects.toMatchObject({ code: 'login/expired' });
  });

  it('wait until the tokens are kept', async () => {
    const kept = Promise.withResolvers<string>();
    const { second, login } = setUp({ keep: () => kept.promise });
    second.finish();
    await new Promise(setImmediate);
    kept.resolve('kept');
    expect(await login).toBe('kept');
  });

  it('are both called off with the login itself', async () => {
    const stop = new AbortController();
    const { first, second, login } = setUp({ signal: stop.signal });
    stop.abort(new Error('gone'));
    await expect(login).rejects.toThrow('gone');
    expect([first.seen.signal?.aborted, second.seen.signal?.aborted]).toEqual([true, true]);
  });
});
