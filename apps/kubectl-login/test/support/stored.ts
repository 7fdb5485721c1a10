/** A session store in a folder of its own, and what lies in one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@ostiary/primitives';
import type { Credential } from '../../src/fast/credential.ts';
import { createPrivateFiles, type PrivateFiles } from '../../src/store/private-files.ts';
import { type Session, sessionId } from '../../src/store/session.ts';
import { createSessionStore, type SessionStore } from '../../src/store/session-store.ts';

export interface TestStore extends Disposable {
  readonly home: string;
  readonly files: PrivateFiles;
  readonly store: SessionStore;
}

/** Opens an empty store. */
export function openStore(): TestStore {
  const home = mkdtempSync(join(tmpdir(), 'sessions-'));
  let nonces = 0;
  const files = createPrivateFiles({ uid: process.getuid?.(), newNonce: () => `n${++nonces}` });
  return {
    home,
    files,
    store: createSessionStore(home, files),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

export const issuer = 'https://login.example.com';

/** The time at which everything below is good. */
export const now = 1_900_000_000_000;

const key = { issuer, clientId: 'kubectl', scopes: [] };

/** Jane's, with metadata that need no second look. */
export const session: Session = {
  id: sessionId(key),
  key,
  metadata: { tokenEndpoint: `${issuer}/token`, fetchedAt: now },
  refreshToken: new Secret('rt-1'),
  subject: 'sub-jane',
  user: 'jane',
  loggedInAt: now,
};

/** A token with ten minutes to go, of which the last is the margin. */
export const credential: Credential = {
  version: 1,
  issuedAt: now,
  notAfter: now + 540_000,
  expiresAt: now + 600_000,
  v1: '{"status":{"token":"t-1"}}\n',
  v1beta1: '{"status":{"token":"t-1"}}\n',
};
