import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allOrNothing, type Touched } from './all-or-nothing.ts';

function workspace(): Touched {
  const root = mkdtempSync(join(tmpdir(), 'ostiary-all-or-nothing-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'README.md'), 'before');
  return { root, added: ['new', 'note.md'], changed: ['README.md', 'not-there.md'] };
}

function work({ root }: Touched): void {
  mkdirSync(join(root, 'new/src'), { recursive: true });
  writeFileSync(join(root, 'new/src/index.ts'), '');
  writeFileSync(join(root, 'note.md'), '');
  writeFileSync(join(root, 'README.md'), 'after');
}

describe('allOrNothing', () => {
  it('keeps what succeeded', () => {
    const touched = workspace();
    allOrNothing(touched, () => work(touched));
    expect(existsSync(join(touched.root, 'new/src/index.ts'))).toBe(true);
    expect(readFileSync(join(touched.root, 'README.md'), 'utf8')).toBe('after');
  });

  it('leaves nothing of what failed, and says so behind the reason', () => {
    const touched = workspace();
    const failing = (): never => {
      work(touched);
      throw new Error('pnpm install failed');
    };
    expect(() => allOrNothing(touched, failing)).toThrow(/^pnpm install failed\nNothing was kept: /);
    expect(['new', 'note.md'].filter((path) => existsSync(join(touched.root, path)))).toEqual([]);
    expect(readFileSync(join(touched.root, 'README.md'), 'utf8')).toBe('before');
  });
});
