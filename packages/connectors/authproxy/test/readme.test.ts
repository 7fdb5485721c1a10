import { readFileSync } from 'node:fs';
import { exampleProblems, readmeProblems } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { authproxy } from '../src/index.ts';
import { configOf } from './support.ts';

const markdown = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('README', () => {
  it('names exactly the keys of the schema', () => {
    expect(readmeProblems(markdown, authproxy.config)).toEqual([]);
  });

  it('shows a proxy that lets none of the headers through that are read without being configured', async () => {
    const headers = Object.values(await configOf()).filter((value) => /^X-/u.test(String(value)));
    expect(headers).toHaveLength(6);
    const removed = [...markdown.matchAll(/^RequestHeader unset (.+)$/gmu)].map(([, name]) => name);
    expect(removed.toSorted()).toEqual(headers.toSorted());
  });

  it('shows configurations that load', async () => {
    expect(await exampleProblems({ markdown, parseYaml, definitions: [authproxy] })).toEqual([]);
  });
});
