import { describe, expect, it } from 'vitest';
import { listInReadme } from './list-in-readme.ts';

const readme = [
  '| run the issuer | `@ostiary/server` |',
  '| use one | `@ostiary/connector-a`, `@ostiary/connector-b` ([what](docs/connectors.md)) |',
  '| use one | `@ostiary/storage-a` ([folder](packages/storage)) |',
].join('\n');

describe('listInReadme', () => {
  it('adds a connector to the connectors', () => {
    expect(listInReadme(readme, 'connector', 'probe').split('\n')[1]).toBe(
      '| use one | `@ostiary/connector-a`, `@ostiary/connector-b`, `@ostiary/connector-probe` ([what](docs/connectors.md)) |',
    );
  });

  it('adds a storage to the storages, and changes nothing else', () => {
    const changed = listInReadme(readme, 'storage', 'probe').split('\n');
    expect(changed[2]).toBe(
      '| use one | `@ostiary/storage-a`, `@ostiary/storage-probe` ([folder](packages/storage)) |',
    );
    expect(changed.slice(0, 2)).toEqual(readme.split('\n').slice(0, 2));
  });

  it('says so when there is no such table', () => {
    expect(() => listInReadme('# Ostiary', 'storage', 'probe')).toThrow(
      'README.md has no line "| use one | `@ostiary/storage-',
    );
  });
});
