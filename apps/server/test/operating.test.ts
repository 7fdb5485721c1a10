import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { english } from '../src/pages/texts/english.ts';

const root = join(import.meta.dirname, '../../..');
const operating = readFileSync(join(root, 'docs/operating.md'), 'utf8');

/** What stands in the first column of the table that begins with this heading. */
function firstColumn(heading: string): string {
  const lines = operating.split('\n');
  const begin = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('|'));
  return lines
    .slice(begin, end)
    .map((line) => line.split('|')[1])
    .join('\n');
}

describe('docs/operating.md', () => {
  // Each kind of record has golden records, or its own tests fail.
  it.each(
    ['issuer', 'token-core'].flatMap((name) =>
      readdirSync(join(root, 'packages', name, 'test/golden'))
        .filter((file) => file.endsWith('.v1.json'))
        .map((file) => file.slice(0, -'.v1.json'.length)),
    ),
  )('says how long a record of the kind %s is kept', (kind) => {
    expect(firstColumn('kind of record')).toContain(`\`${kind}\``);
  });

  it('leaves as much about people out of the log as the example does that promises it', () => {
    const [, fields] = /`logger\.excludeFields: (\[[^\]]+\])`/u.exec(operating) ?? [];
    const example = readFileSync(join(root, 'apps/server/examples/production.yaml'), 'utf8');
    expect(example).toContain(`  excludeFields: ${fields}\n`);
  });

  it.each(Object.values(english.error.problems))('says why people see "$title"', ({ title }) => {
    expect(firstColumn('they see')).toContain(`"${title}"`);
  });
});
