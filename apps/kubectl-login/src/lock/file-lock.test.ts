import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockDeps, type MadeUp } from '../../test/support/processes.ts';
import { acquireLock, type HeldLock } from './file-lock.ts';
import { systemProcesses } from './process-identity.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'session.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function take(made: MadeUp = {}, patienceMs = 1000): Promise<HeldLock> {
  const lock = await acquireLock<never>({ path, patienceMs, unless: () => undefined }, lockDeps(made));
  if ('answer' in lock) throw new Error('an answer without a question');
  return lock;
}

/** The lock of a process that is gone without having released it. */
function abandon(pid: number): void {
  writeFileSync(path, JSON.stringify({ pid, realm: 'here', started: '1', nonce: `of-${pid}` }));
}

const dead =
  (...pids: number[]) =>
  (pid: number): boolean =>
    !pids.includes(pid);

describe('a lock', () => {
  it('is held by one, names its holder, and leaves nothing when it is released', async () => {
    const lock = await take({ pid: 7 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 7 });
    await expect(take({ pid: 8 })).rejects.toThrow(/Another process \(pid 7\) keeps/);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['is missing', () => join(folder, 'none', 'session.lock'), 'ENOENT'],
    ['is a file', () => join(path, 'session.lock'), 'ENOTDIR'],
  ])('says what to do when its folder %s', async (_what, at, code) => {
    writeFileSync(path, '');
    const error: unknown = await acquireLock<never>(
      { path: at(), patienceMs: 1000, unless: () => undefined },
      lockDeps(),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config/invalid', message: expect.stringContaining(code) });
    expect(error).toHaveProperty('detail.remedy', expect.stringContaining('writable'));
  });

  it('goes to whoever waits when it is released, and tells them once whom they wait for', async () => {
    const first = await take({ pid: 7 });
    const told: (number | undefined)[] = [];
    let rounds = 0;
    const unless = (): undefined => {
      rounds += 1;
      if (rounds === 5) first.release();
    };
    const onWait = (holder: { pid: number } | undefined): void => void told.push(holder?.pid);
    const second = await acquireLock({ path, patienceMs: 1000, unless, onWait }, lockDeps({ pid: 8 }));
    expect('release' in second && told).toEqual([7]);
  });

  it('is not waited for when there is an answer already', async () => {
    await take({ pid: 7 });
    const found = await acquireLock({ path, patienceMs: 1000, unless: () => 'a token' }, lockDeps({ pid: 8 }));
    expect(found).toEqual({ answer: 'a token' });
  });

  it('of a process that was killed is taken over at once', async () => {
    abandon(7);
    const lock = await take({ pid: 8, isAlive: dead(7) }, 0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 8 });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process that was killed is taken over by one of many', async () => {
    abandon(7);
    let holders = 0;
    let most = 0;
    const work = async (pid: number): Promise<void> => {
      const lock = await take({ pid, isAlive: dead(7) }, 600_000);
      holders += 1;
      most = Math.max(most, holders);
      await new Promise(setImmediate);
      holders -= 1;
      lock.release();
    };
    await Promise.all(Array.from({ length: 30 }, (_none, index) => work(index + 100)));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('whose heir was killed as well passes on', async () => {
    abandon(7);
    writeFileSync(
      join(folder, '.session.lock.of-7'),
      JSON.stringify({ pid: 8, realm: 'here', started: '1', nonce: 'heir' }),
    );
    const lock = await take({ pid: 9, isAlive: dead(7, 8) }, 0);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of another machine counts as abandoned after half a minute of silence', async () => {
    abandon(7);
    const unknown = { pid: 8, isAlive: () => undefined };
    utimesSync(path, new Date(), new Date(Date.now() - 20_000));
    await expect(take(unknown, 1000)).rejects.toThrow('pid 7');
    utimesSync(path, new Date(), new Date(Date.now() - 31_000));
    await take(unknown, 0);
  });

  it('that is not ours (kubectl writes an empty file) is never removed', async () => {
    writeFileSync(path, '');
    await expect(take({ isAlive: () => false })).rejects.toThrow('keeps');
    expect(existsSync(path)).toBe(true);
  });

  it('is got although its draft was swept away with those of the dead', async () => {
    const { linkSync } = fs;
    const sweep: typeof linkSync = (draft, to) => {
      rmSync(draft);
      linkSync(draft, to);
    };
    const spy = vi.spyOn(fs, 'linkSync').mockImplementationOnce(sweep);
    syncBuiltinESMExports();
    try {
      const lock = await take({ pid: 7 });
      expect(spy).toHaveBeenCalledTimes(2);
      lock.release();
    } finally {
      spy.mockRestore();
      syncBuiltinESMExports();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that was taken over is not released by its former holder', async () => {
    const former = await take({ pid: 7 });
    const heir = await take({ pid: 8, isAlive: dead(7) });
    former.release();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 8 });
    heir.release();
    expect(existsSync(path)).toBe(false);
  });
});

describe('the processes of this machine', () => {
  const processes = systemProcesses();

  it('know themselves, and who cannot be alive', () => {
    expect(processes.isAlive(processes.self)).not.toBe(false);
    expect(processes.isAlive({ ...processes.self, pid: 2 ** 22 + 1 })).toBe(false);
  });

  it('do not take a process id that came back for its former owner', () => {
    if (processes.self.started === '') return; // the system does not tell when a process began
    expect(processes.isAlive({ ...processes.self, started: '1' })).toBe(false);
  });

  it('know nothing of another machine', () => {
    expect(processes.isAlive({ ...processes.self, realm: 'elsewhere' })).toBeUndefined();
  });
});
