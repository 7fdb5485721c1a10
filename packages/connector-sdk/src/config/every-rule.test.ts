import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { atMostOne, duration, exactlyOne, secretText, text } from './blocks.ts';
import { formatIssue } from './issue.ts';
import { parseConfig } from './parse-config.ts';

const inner = z
  .object({ name: text(), from: z.number().default(1), to: z.number().default(2) })
  .superRefine(({ from, to }, context) => {
    if (from > to) context.addIssue({ code: 'custom', path: ['from'], message: 'is above to.' });
  });

const schema = z
  .object({
    clientID: text(),
    clientSecret: secretText().exactOptional(),
    clientSecretFile: text().exactOptional(),
    key: text().exactOptional(),
    keyFile: text().exactOptional(),
    timeout: duration().exactOptional(),
    range: inner.exactOptional(),
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'))
  .superRefine(atMostOne('key', 'keyFile'))
  .superRefine((config, context) => {
    if ('timeout' in config && config.key === undefined) context.addIssue('a timeout needs a key.');
  })
  .transform((config) => config);

async function problems(raw: unknown): Promise<readonly string[]> {
  const parsed = await parseConfig(schema, raw, { path: '' });
  return parsed.ok ? [] : parsed.issues.map(formatIssue);
}

describe('rules across keys', () => {
  it('are asked although another key is missing or wrong, in blocks within the block too', async () => {
    expect(await problems({ key: 'a', keyFile: 'b', range: { from: 3 } })).toEqual([
      'clientID: is missing. Add it.',
      'range.name: is missing. Add it.',
      'range.from: is above to.',
      'clientSecret: is missing. Set clientSecret or clientSecretFile.',
      'keyFile: is set besides key. Keep one of them.',
    ]);
  });

  it('are left out when a key that they read is wrong: they could only guess', async () => {
    expect(
      await problems({ clientID: 'c', clientSecretFile: 5, timeout: '1d', range: { name: 'n', from: 'x' } }),
    ).toEqual([
      'clientSecretFile: must be a text, but is a number. Put it in quotes.',
      'timeout: a duration has no days, weeks or years. Write hours: 24h for a day.',
      'range.from: must be a number, but is a text.',
    ]);
  });

  it('may take their time, and are left out in the same way', async () => {
    const slow = z.object({ a: text(), b: text() }).superRefine(async ({ b }, context) => {
      await Promise.resolve();
      context.addIssue(`${b} is no good.`);
    });
    const said = async (raw: unknown) => {
      const parsed = await parseConfig(slow, raw, { path: '' });
      return parsed.ok ? [] : parsed.issues.map(formatIssue);
    };
    expect(await said({ b: 'x' })).toEqual(['a: is missing. Add it.', 'x is no good.']);
    expect(await said({ a: 'x' })).toEqual(['b: is missing. Add it.']);
  });

  it('are not asked about something that is no block', async () => {
    expect(await problems('text')).toEqual(['must be a map of keys, but is a text.']);
  });

  it('throw what they throw', async () => {
    const broken = z.object({ a: text(), b: text() }).superRefine(() => {
      throw new Error('a bug');
    });
    await expect(parseConfig(broken, { a: 'a' }, { path: '' })).rejects.toThrow('a bug');
  });
});
