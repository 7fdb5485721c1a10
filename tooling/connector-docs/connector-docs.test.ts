import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConnector } from '@ostiary/connector-sdk';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findConnectors } from './definitions.ts';
import { renderOverview, renderReadme } from './render.ts';

const root = dirname(dirname(import.meta.dirname));
const packages = await findConnectors(root);

describe('documents about connectors', () => {
  it.each(packages.map((one) => [one.folder, one] as const))(
    'the README of %s has the keys of its schema',
    (_n, one) => {
      expect(renderReadme(one), 'run pnpm docs:connectors').toBe(one.readme);
      for (const { type } of one.definitions) expect(one.readme).toContain(`<!-- keys of ${type}: `);
    },
  );

  it('docs/connectors.md is what the packages say', async () => {
    const path = join(root, 'docs/connectors.md');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(await renderOverview(packages), 'run pnpm docs:connectors').toBe(text);
  });
});

describe('renderOverview', () => {
  const about = { provider: 'p', groups: 'g', preferredUsername: 'u', emailVerified: 'e', testedAgainst: 't' };
  const reusing = (config: z.ZodType<{ readonly refreshMaxAge?: number }>) =>
    defineConnector({
      type: 'test',
      about,
      config,
      open: ({ refreshMaxAge = 5 }) => ({
        via: 'redirect',
        login: { begin: fail, finish: fail },
        refresh: { kind: 'reuse', maxAgeSeconds: refreshMaxAge * 3600 },
      }),
    });
  const fail = () => {
    throw new Error('not logged in');
  };

  it.each([
    [
      'the default, whatever the example has, and the option',
      z.object({ refreshMaxAge: z.int().default(24) }),
      '24 h or `refreshMaxAge`',
    ],
    ['the time alone where there is no option', z.object({}), '5 h'],
  ])('says of a login that is used again %s', async (_what, config, expected) => {
    const set = 'refreshMaxAge' in config.shape ? '{ refreshMaxAge: 12 }' : '{}';
    const readme = `\`\`\`yaml\nconnectors:\n  - type: test\n    config: ${set}\n\`\`\`\n`;
    const packages = [{ folder: 'test', readmePath: '', readme, definitions: [reusing(config)] }];
    expect(await renderOverview(packages)).toContain(`| redirect | reuses, ${expected} |`);
  });
});

describe('renderReadme', () => {
  const definition = defineConnector({
    type: 'test',
    config: z.object({ host: z.string().describe('Where it is.'), port: z.int().default(1).describe('Its port.') }),
    open: () => {
      throw new Error('not opened');
    },
  });
  const marked = '<!-- keys of test: written by pnpm docs:connectors -->';

  it('puts the table between the marks, whatever was there', () => {
    const readme = `# A\n\n${marked}\nold\n<!-- end of keys -->\n\nafter`;
    expect(renderReadme({ readme, definitions: [definition] })).toBe(
      `# A\n\n${marked}\n\n| key | needed | meaning |\n| --- | --- | --- |\n| \`host\` | yes | Where it is. |\n` +
        `| \`port\` | no | Its port. |\n\n<!-- end of keys -->\n\nafter`,
    );
  });

  it('says when the end is missing', () => {
    expect(() => renderReadme({ readme: marked, definitions: [definition] })).toThrow('is missing');
  });
});
