import { type RecordKind, readAll, recordStore } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { modelDriver } from './model-driver.ts';

const note: RecordKind<string> = { kind: 'note', version: 1, schema: z.string(), encode: (text) => text };
const names = Array.from({ length: 1_200 }, (_, index) => `n${index}`);

async function setUp() {
  const driver = modelDriver(() => new Date('2031-01-01T00:00:00Z'));
  const notes = recordStore(driver, note);
  for (const name of names) await notes.put(['a', name], name.toUpperCase());
  return { driver, notes };
}

describe('readAll', () => {
  it('reads every page, leaves out what is not wanted, and names each by its id', async () => {
    const { notes } = await setUp();
    const read = await readAll(notes, ([, name], text) => (name === 'n7' ? undefined : text));
    expect(read.toSorted()).toEqual(
      names
        .filter((name) => name !== 'n7')
        .map((name) => name.toUpperCase())
        .toSorted(),
    );
  });

  it('passes over what was removed between the list and the read, and counts once what is listed twice', async () => {
    const { driver } = await setUp();
    const doubled = recordStore(
      {
        ...driver,
        scan: async (options) => {
          const page = await driver.scan(options);
          await driver.take(['note', 'a', 'n1']);
          return { ...page, keys: [...page.keys, ...page.keys] };
        },
      },
      note,
    );
    expect(await readAll(doubled, (_id, text) => text)).toHaveLength(names.length - 1);
  });

  it('fails when one cannot be read', async () => {
    const { driver, notes } = await setUp();
    await driver.put(['note', 'odd'], 7, { ifVersion: 'any' });
    await expect(readAll(notes, (_id, text) => text)).rejects.toMatchObject({ code: 'storage/corrupt' });
  });
});
