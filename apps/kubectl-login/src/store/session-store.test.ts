import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@ostiary/primitives';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Credential } from '../fast/credential.ts';
import { createPrivateFiles, type PrivateFiles } from './private-files.ts';
import type { Session } from './session.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';

const session: Session = {
  id: 'one',
  key: { issuer: 'https://login.example.com', clientId: 'kubectl', scopes: [] },
  metadata: { tokenEndpoint: 'https://login.example.com/token', fetchedAt: 1 },
  refreshToken: new Secret('rt'),
  subject: 'jane',
  user: 'jane',
  loggedInAt: 1,
};
const credential: Credential = { version: 1, issuedAt: 1, notAfter: 2, expiresAt: 3, v1: 'a', v1beta1: 'b' };

let home: string;
let files: PrivateFiles;
let store: SessionStore;
let nonces = 0;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'store-'));
  files = createPrivateFiles({ uid: process.getuid?.(), newNonce: () => `n${++nonces}` });
  store = createSessionStore(home, files);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

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
