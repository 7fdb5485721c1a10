import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Call, callerName, isRecall, noteCall, recentCalls } from './calls.ts';

const now = 1_900_000_000_000;
const served: Call = { kind: 'served', caller: 'a', at: now, token: 5 };

describe('a journal of calls', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'calls-'));
    path = join(folder, 'one.calls');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back what one caller did within a minute, oldest first', () => {
    const renewed: Call = { kind: 'renewed', caller: 'a', at: now - 59_999, token: 4 };
    noteCall(path, { ...served, at: now - 60_000 });
    noteCall(path, renewed);
    noteCall(path, { ...served, caller: 'b' });
    noteCall(path, served);
    expect(recentCalls(path, 'a', now)).toEqual([renewed, served]);
  });

  it('is empty when there is none, or when it is a folder', () => {
    expect([recentCalls(path, 'a', now), recentCalls(folder, 'a', now)]).toEqual([[], []]);
    noteCall(folder, served); // costs nothing but the note
  });

  it('is for nobody else to read', () => {
    noteCall(path, served);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('begins anew when it has grown to a megabyte', () => {
    writeFileSync(path, 'x'.repeat(1_048_576));
    noteCall(path, served);
    expect(statSync(path).size).toBeGreaterThan(1_048_576);
    noteCall(path, served);
    expect(readFileSync(path, 'utf8')).toBe(`served a ${now} 5\n`);
  });
});

describe('a token that is asked for again', () => {
  it.each([
    ['by the same caller', [served], 5, now + 14_999, true],
    ['after a while', [served], 5, now + 15_000, false],
    ['when there is a newer one', [served], 6, now, false],
    ['after it was renewed, not served', [{ ...served, kind: 'renewed' as const }], 5, now, false],
  ])('%s', (_when, calls, token, at, recall) => expect(isRecall(calls, token, at)).toBe(recall));
});

describe('the name of a caller', () => {
  it('is the same for the same process and the same question only', () => {
    const name = callerName(process.pid, 'info');
    expect(callerName(process.pid, 'info')).toBe(name);
    expect(callerName(process.pid, 'other')).not.toBe(name);
    expect(callerName(process.ppid, 'info')).not.toBe(name);
  });

  it.runIf(process.platform === 'linux')('holds when the process began, for its number may come back', () => {
    const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    expect(callerName(process.pid, '').split('.').slice(0, 2)).toEqual([String(process.pid), started]);
  });

  it('is made of what is known, when the process is gone', () => {
    expect(callerName(2 ** 22 + 1, '')).toMatch(/^\d+\.\.\d+$/);
  });
});
