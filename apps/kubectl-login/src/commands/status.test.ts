import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credential, now, openStore, session, type TestStore } from '../../test/support/stored.ts';
import { statusCommand } from './status.ts';

let there: TestStore;
beforeEach(() => {
  there = openStore();
});
afterEach(() => there[Symbol.dispose]());

function status(atMs = now, output?: string): { exit: number; printed: string; said: string } {
  const told = { printed: '', said: '' };
  const exit = statusCommand(output === undefined ? {} : { output }, {
    store: there.store,
    now: () => new Date(atMs),
    print: (text) => {
      told.printed += text;
    },
    say: (line) => {
      told.said += `${line}\n`;
    },
  });
  return { exit, ...told };
}

describe('the token of a session', () => {
  const ends = new Date(credential.expiresAt).toISOString();

  it.each([
    ['is valid', now, `valid until ${ends}`],
    ['has not ended, although it is replaced from now on', credential.notAfter, `ends ${ends}`],
    ['has ended', credential.expiresAt, `ended ${ends}`],
  ])('%s', (_what, atMs, text) => {
    there.store.save(session, credential);
    expect(status(atMs).printed).toContain(`token:   ${text}\n`);
  });

  it('may not be there', () => {
    there.store.save(session, undefined);
    expect(status().printed).toContain('token:   none\n');
  });
});

describe('a session that cannot be used', () => {
  const bad = { ...session, id: 'another' };
  beforeEach(() => {
    there.store.save(bad, credential);
    chmodSync(`${there.home}/sessions/another.session.json`, 0o644);
  });

  it('does not hide the others', () => {
    there.store.save(session, credential);
    const { exit, printed, said } = status();
    expect(exit).toBe(0);
    expect(printed).toContain(`session: ${session.id}\n`);
    expect(printed).not.toContain('another');
    expect(said).toMatch(/^\S+another\.session\.json is open to other users\. .+ chmod -R go= \S+\n$/);
    expect(JSON.parse(status(now, 'json').printed).sessions).toHaveLength(1);
  });

  it('is not the same as none', () => {
    expect(status()).toMatchObject({ exit: 1, printed: '' });
    there.store.remove('another');
    expect(status()).toEqual({ exit: 1, printed: 'Not logged in. Run: kubectl login ISSUER\n', said: '' });
  });
});
