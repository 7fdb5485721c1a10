import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renewing } from '../../test/support/renewal.ts';
import { credential, issuer, now, openStore, session, type TestStore } from '../../test/support/stored.ts';
import type { LoginFlow } from '../login/flow.ts';
import { type LogInAgainDeps, logInAgain } from './log-in-again.ts';

const ended = { ...credential, issuedAt: now - 600_000, notAfter: now - 60_000, expiresAt: now - 1 };

let there: TestStore;
/** What became of the storm breaker, and the logins that began. */
let log: string[];
beforeEach(() => {
  there = openStore();
  there.store.save({ ...session, refreshToken: undefined }, ended);
  log = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  there[Symbol.dispose]();
});

function depsOf(flow: LoginFlow, more: Partial<LogInAgainDeps> = {}): LogInAgainDeps {
  const { deps } = renewing(there);
  return {
    ...deps,
    say: () => {},
    attempts: {
      assertAllowed: () => {},
      begin: () => void log.push('begin'),
      reset: () => void log.push('reset'),
    },
    flowFor:
      ({ byDevice }) =>
      (ask) => {
        log.push(byDevice === true ? 'code' : 'browser');
        return flow(ask);
      },
    discover: async () => ({
      as: { issuer },
      fetch: async () => Response.error(),
      now: deps.now,
      skewSeconds: undefined,
    }),
    isParentAlive: () => true,
    timeoutMs: 1000,
    ...more,
  };
}

/** A person who never finishes, until the login is called off. */
function idle(act: () => void, onAbort: (reason: unknown) => void = () => {}): LoginFlow {
  return ({ signal }) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => {
      onAbort(signal.reason);
      reject(signal.reason);
    });
    act();
    return promise;
  };
}

describe('a login that kubectl began', () => {
  it('opens no browser when another one finished while the lock was being taken', async () => {
    const deps = depsOf(idle(() => {}));
    const newNonce = (): string => {
      there.store.save(session, credential);
      return 'mine';
    };
    const got = await logInAgain(session, 0, { ...deps, lock: { ...deps.lock, newNonce } });
    expect(got).toEqual(credential);
    expect(log).toEqual([]);
  });

  it('is called off when one elsewhere was faster, whose token is used', async () => {
    const reasons: unknown[] = [];
    const elsewhere = (): void => {
      there.store.save(session, credential);
      vi.advanceTimersByTime(400);
    };
    const flow = idle(elsewhere, (reason) => reasons.push(reason));
    expect(await logInAgain(session, 0, depsOf(flow))).toEqual(credential);
    expect(reasons).toEqual([expect.objectContaining({ message: 'a login elsewhere was faster' })]);
    expect(log).toEqual(['begin', 'browser', 'reset']);
  });

  it('is called off when the program that asked has ended, and counts as unfinished', async () => {
    let alive = true;
    const flow = idle(() => {
      alive = false;
      vi.advanceTimersByTime(400);
    });
    await expect(logInAgain(session, 0, depsOf(flow, { isParentAlive: () => alive }))).rejects.toThrow('has ended');
    expect(log).toEqual(['begin', 'browser']);
  });
});
