import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@ostiary/primitives';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { openSqliteDriver } from '@ostiary/storage-sqlite';
import { afterAll } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

storageConformance(({ now, namespace }) =>
  openSqliteDriver({ file: join(folder, `${namespace}.db`), now, random: randomBytes, log: silentLogger }),
);
