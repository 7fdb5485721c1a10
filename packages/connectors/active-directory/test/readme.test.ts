import { readFileSync } from 'node:fs';
import { exampleProblems, readmeProblems } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { activeDirectory } from '../src/index.ts';

const markdown = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('README', () => {
  it('names exactly the keys of the schema', () => {
    expect(readmeProblems(markdown, activeDirectory.config)).toEqual([]);
  });

  it('shows configurations that load', async () => {
    expect(await exampleProblems({ markdown, parseYaml, definitions: [activeDirectory] })).toEqual([]);
  });
});
