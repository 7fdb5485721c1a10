import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Secret } from '@ostiary/primitives';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credential, openStore, session as stored, type TestStore } from '../../test/support/stored.ts';
import { formatSession } from './session.ts';
import type { SessionStore } from './session-store.ts';

const session = { ...stored, id: 'one' };

let there: TestStore;
let home: string;
let store: SessionStore;
beforeEach(() => {
  there = openStore();
  ({ home, store } = there);
});
afterEach(() => there[Symbol.dispose]());

const names = (): string[] => readdirSync(`${home}/sessions`).sort();

/** What processes that were killed leave behind. */
function leave(...left: string[]): void {
  mkdirSync(`${home}/sessions`, { recursive: true, mode: 0o700 });
  for (const name of left) writeFileSync(`${home}/sessions/${name}`, 'rt-live', { mode: 0o600 });
}

describe('what a killed process left of a session', () => {
  const drafts = ['one.session.json.x.tmp', 'one.credential.json.x.tmp', 'one.lock.x.tmp'];
  const foreign = ['one.two.session.json.x.tmp', 'oneb.session.json.x.tmp', 'two.session.json.x.tmp'];

  it('goes when the session is saved, and nothing else does', () => {
    leave(...drafts, ...foreign);
    store.save(session, credential);
    expect(names()).toEqual([...foreign, 'one.credential.json', 'one.session.json'].sort());
  });

  it('goes when the session is removed, and nothing else does', () => {
    store.save(session, credential);
    leave(...drafts, ...foreign);
    store.remove('one');
    expect(names()).toEqual(foreign);
  });

  it('is read beside the session, because a token in it may be good still', () => {
    store.save(session, credential);
    const text = formatSession({ ...session, refreshToken: new Secret('rt-next') });
    writeFileSync(`${home}/sessions/one.session.json.x.tmp`, text, { mode: 0o600 });
    leave('one.session.json.cut-off.tmp');
    const tokens = store.remains('one').map(({ refreshToken }) => refreshToken?.reveal());
    expect(tokens).toEqual([session.refreshToken?.reveal(), 'rt-next']);
    expect(store.remains('two')).toEqual([]);
  });

  it('names its session, although that was never saved', () => {
    store.save(session, credential);
    leave('two.session.json.x.tmp', 'three.calls', 'four.lock.x.tmp', 'five.lock', '.six.lock.x.y.tmp', 'seven.txt');
    expect(store.list()).toEqual(['one']);
    expect(store.traces()).toEqual(['four', 'one', 'three', 'two']);
  });

  it('is nothing where there was never a session', () => {
    store.remove('one');
    expect([store.list(), store.traces()]).toEqual([[], []]);
  });
});

describe('a folder of sessions that cannot be read', () => {
  it('is not said to be empty', () => {
    symlinkSync('sessions', `${home}/sessions`); // leads nowhere, for root as well
    for (const ask of [store.list, store.traces]) expect(ask).toThrow(`${home}/sessions cannot be read (ELOOP).`);
  });
});

describe('a session', () => {
  it('that is missing is told from one that is damaged', () => {
    expect(() => store.load('one')).toThrow('There is no session one on this machine.');
    leave('one.session.json');
    expect(() => store.load('one')).toThrow(`${home}/sessions/one.session.json is damaged`);
    expect(store.find('one')).toBeUndefined();
  });

  it('that could not be read back is not written over one that can', () => {
    store.save(session, credential);
    const odd = { ...session, metadata: { ...session.metadata, revocationEndpoint: '' } };
    expect(() => store.save(odd, credential)).toThrow('cannot be kept in a session');
    expect(store.load('one')).toEqual(session);
  });

  it('that has no token any more does not keep the one it had', () => {
    store.save(session, credential);
    expect(store.credential('one')).toEqual(credential);
    store.save(session, undefined);
    expect(store.credential('one')).toBeUndefined();
    expect(names()).toEqual(['one.session.json']);
  });

  it('is written before its token, which is of no use without it', () => {
    mkdirSync(`${home}/sessions/one.credential.json`, { recursive: true, mode: 0o700 });
    expect(() => store.save(session, credential)).toThrow('cannot be written');
    expect(store.load('one').refreshToken?.reveal()).toBe('rt-1');
  });
});
