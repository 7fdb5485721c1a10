import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  it('refuses the name of a package that is elsewhere', () => {
    const root = emptyRoot();
    mkdirSync(join(root, 'packages/connector-sdk'), { recursive: true });
    writeFileSync(join(root, 'packages/connector-sdk/package.json'), '{ "name": "@ostiary/connector-sdk" }');
    expect(() => createPackage({ root, kind: 'connector', name: 'sdk' })).toThrow(
      '@ostiary/connector-sdk is the package of packages/connector-sdk/package.json already',
    );
  });

  it('leaves a changeset that is there', () => {
    const root = emptyRoot();
    mkdirSync(join(root, '.changeset'));
    writeFileSync(join(root, '.changeset/storage-probe.md'), 'mine');
    expect(() => createPackage({ root, kind: 'storage', name: 'probe' })).toThrow(
      '.changeset/storage-probe.md is there already',
    );
    expect(readFileSync(join(root, '.changeset/storage-probe.md'), 'utf8')).toBe('mine');
  });

  const taken = ['constructor', 'default', 'config', 'options', 'define-connector', 'provider', 'global-this', 'base'];
  it.each([...taken, 'subject', 'upstream', 'markdown', 'it'])(
    'writes no connector %j, for the name is used',
    (name) => {
      const root = emptyRoot();
      expect(() => createPackage({ root, kind: 'connector', name })).toThrow('Choose another name');
      expect(readdirSync(root)).toEqual([]);
    },
  );

  it.each(['put', 'scan', 'take', 'storage'])('writes no storage %j, for the name is used', (name) => {
    // Newer releases of Node.js have a Storage of their own.
    expect(() => createPackage({ root: emptyRoot(), kind: 'storage', name })).toThrow(
      /would stand for two things|has a meaning of its own/,
    );
  });

  it.each(['github', 'google', 'ldap', 'oauth2', 'openshift', 'one-login', 'discord'])(
    'writes a connector %j',
    (name) => {
      expect(() => createPackage({ root: emptyRoot(), kind: 'connector', name })).not.toThrow();
    },
  );

  it('writes the files of a name that holds the placeholder into its own folder', () => {
    const paths = createPackage({ root: emptyRoot(), kind: 'connector', name: 'template-name-two' });
    expect(paths).toContain('packages/connectors/template-name-two/src/index.ts');
  });

  it('refuses a name that would lead out of the folder', () => {
    expect(() => createPackage({ root: emptyRoot(), kind: 'connector', name: '../../probe' })).toThrow('is no name');
  });
});
