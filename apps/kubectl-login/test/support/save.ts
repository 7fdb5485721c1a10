/**
 * Saves a session under its lock, and is killed on the way: `node save.ts HOME ID STEP` dies just before the STEP-th
 * call that changes a file. It ends by itself, with status 0, when there are fewer.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const changing = [
  'mkdirSync',
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'closeSync',
  'renameSync',
  'linkSync',
] as const;
const removing = ['unlinkSync', 'rmSync'] as const;

const [, , home = '', id = '', step = ''] = process.argv;
// Loading modules writes no file of ours: counting begins with the work.
let left = Number.POSITIVE_INFINITY;
for (const name of [...changing, ...removing]) {
  const original: unknown = Reflect.get(fs, name);
  if (typeof original !== 'function') throw new Error(`no ${name}`);
  Reflect.set(fs, name, (...args: unknown[]) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(original, fs, args);
  });
}
// Named imports of the modules below see the changed functions from here on.
syncBuiltinESMExports();

const { Secret, systemClock } = await import('@ostiary/primitives');
const { acquireLock } = await import('../../src/lock/file-lock.ts');
const { createPrivateFiles } = await import('../../src/store/private-files.ts');
const { createSessionStore } = await import('../../src/store/session-store.ts');
const { systemProcesses } = await import('../../src/lock/process-identity.ts');

const newNonce = randomUUID;
left = Number(step);
const store = createSessionStore(home, createPrivateFiles({ uid: process.getuid?.(), newNonce }));
const wait = { path: store.lockPath(id), patienceMs: 0, unless: () => undefined };
const lock = await acquireLock<never>(wait, { processes: systemProcesses(), newNonce, now: systemClock, sleep });
const issuer = 'https://login.example.com';
store.save(
  {
    id,
    key: { issuer, clientId: 'kubectl', scopes: [] },
    metadata: { tokenEndpoint: `${issuer}/token`, fetchedAt: 1 },
    refreshToken: new Secret('live-refresh-token'),
    subject: 'jane',
    user: 'jane',
    loggedInAt: 1,
  },
  { version: 1, issuedAt: 1, notAfter: 2, expiresAt: 3, v1: 'live-id-token', v1beta1: 'live-id-token' },
);
if ('release' in lock) lock.release();
