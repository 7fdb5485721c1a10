import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { openSqliteDriver } from '@ostiary/storage-sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Order } from './worker.ts';

const workerFile = fileURLToPath(new URL('./worker.ts', import.meta.url));
const children = new Set<ChildProcess>();
let folder = '';
let driver: StorageDriver;
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'));
});
afterEach(async () => {
  await Promise.all([...children].map(kill));
  await driver[Symbol.asyncDispose]();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function setUp(name: string): Promise<void> {
  file = join(folder, `${name}.db`);
  driver = await openSqliteDriver({ file, now: () => new Date(), random: randomBytes, log: silentLogger });
}

/** Starts a process that has the file open. */
async function worker(): Promise<ChildProcess> {
  const child = fork(workerFile, [file], { execArgv: ['--conditions=@ostiary/source'] });
  children.add(child);
  expect(await nextAnswer(child)).toEqual({ ready: true });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function nextAnswer(child: ChildProcess): Promise<Answer> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    const gone = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('the process ended')));
    const [answer]: Answer[] = await Promise.race([once(child, 'message', { signal }), gone]);
    if (answer === undefined) throw new Error('an empty message');
    return answer;
  } finally {
    heard.abort();
  }
}

/** Gives all processes the same order at the same moment, and adds up how often they succeeded. */
async function race(workers: readonly ChildProcess[], order: Order): Promise<number> {
  const answers = workers.map(nextAnswer);
  for (const child of workers) child.send(order);
  const won = await Promise.all(answers);
  return won.reduce((sum, answer) => sum + ('won' in answer ? answer.won : Number.NaN), 0);
}

describe('two processes on one file', () => {
  it('take, write and make each record once between them', async () => {
    await setUp('race');
    const workers = [await worker(), await worker()];
    for (let round = 0; round < 20; round += 1) {
      const made = await race(workers, { verb: 'create', id: `r${round}`, callers: 25 });
      const stored = await driver.get(['race', `r${round}`]);
      const written = await race(workers, {
        verb: 'replace',
        id: `r${round}`,
        callers: 25,
        version: stored?.version ?? '',
      });
      const taken = await race(workers, { verb: 'take', id: `r${round}`, callers: 25 });
      expect([made, written, taken]).toEqual([1, 1, 1]);
    }
  });

  it('lose none of their updates', async () => {
    await setUp('updates');
    const workers = [await worker(), await worker()];
    expect(await race(workers, { verb: 'count', id: 'counter', callers: 50 })).toBe(100);
    expect((await driver.get(['race', 'counter']))?.value).toEqual({ v: 1, d: 100 });
  });
});

describe('a process that is killed in the middle of writing', () => {
  it('loses no write that it was told is done, and leaves a file that works', async () => {
    await setUp('killed');
    let lastSeen = 0;
    for (let round = 0; round < 8; round += 1) {
      const child = await worker();
      let acknowledged = 0;
      child.on('message', (answer: Answer) => {
        if ('wrote' in answer) acknowledged = answer.wrote;
      });
      child.send({ verb: 'write-on', id: `k${round}`, callers: 4 } satisfies Order);
      while (acknowledged < 50 + round * 37) await once(child, 'message');
      await kill(child);
      lastSeen += acknowledged;
      for (let n = 1; n <= acknowledged; n += 1) {
        expect(await driver.get(['race', `k${round}`, `${n}`]), `write ${n} of round ${round}`).toBeDefined();
      }
    }
    expect(lastSeen).toBeGreaterThan(1000);
    using database = new DatabaseSync(file);
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  });
});
