import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPackage } from './create.ts';

function emptyRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'ostiary-create-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

describe('createPackage', () => {
  it.each(['connector', 'storage'] as const)('leaves no trace of the template in a %s', (kind) => {
    const root = emptyRoot();
    const paths = createPackage({ root, kind, name: 'probe' });
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) expect(path + readFileSync(join(root, path), 'utf8')).not.toMatch(/template.?name/i);
  });

  it('writes a changeset that names the package', () => {
    const root = emptyRoot();
    expect(createPackage({ root, kind: 'storage', name: 'probe' })).toContain('.changeset/storage-probe.md');
    const note = readFileSync(join(root, '.changeset/storage-probe.md'), 'utf8');
    expect(note).toContain('"@ostiary/storage-probe": minor');
  });

  it('refuses a name that is taken and leaves what is there', () => {
    const root = emptyRoot();
    createPackage({ root, kind: 'connector', name: 'probe' });
    expect(() => createPackage({ root, kind: 'connector', name: 'probe' })).toThrow(
      'packages/connectors/probe is there already',
    );
  });

  it.each(['constructor', 'default'])('writes nothing under the name %j, which is taken in JavaScript', (name) => {
    const root = emptyRoot();
    expect(() => createPackage({ root, kind: 'connector', name })).toThrow('Choose another name');
    expect(readdirSync(root)).toEqual([]);
  });

  it('refuses a name that would lead out of the folder', () => {
    expect(() => createPackage({ root: emptyRoot(), kind: 'connector', name: '../../probe' })).toThrow('is no name');
  });
});
