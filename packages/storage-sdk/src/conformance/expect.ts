import assert from 'node:assert/strict';
import type { Json } from '@ostiary/primitives';
import type { PutOptions, StorageDriver, Stored, Version } from '../driver.ts';
import { type Key, keyToText } from '../key.ts';

/** A write that must succeed; answers the new version. */
export async function mustPut(
  driver: StorageDriver,
  key: Key,
  write: Partial<PutOptions> & { readonly value: Json },
): Promise<Version> {
  const { value, ...options } = write;
  const outcome = await driver.put(key, value, { ifVersion: 'any', ...options });
  assert.ok(outcome.written, `put of ${keyToText(key)} was not written`);
  assert.equal(typeof outcome.version, 'string', 'a version is a text');
  return outcome.version;
}

/** A write that must be refused, and must change nothing. */
export async function mustRefuse(driver: StorageDriver, key: Key, ifVersion: PutOptions['ifVersion']): Promise<void> {
  const before = await driver.get(key);
  const outcome = await driver.put(key, 'a refused write', { ifVersion });
  assert.deepEqual(outcome, { written: false }, `put with ifVersion ${ifVersion} was not refused`);
  assert.deepEqual(await driver.get(key), before, 'a refused put changed the record');
}

/** The record must be there. */
export async function mustGet(driver: StorageDriver, key: Key): Promise<Stored> {
  const stored = await driver.get(key);
  assert.ok(stored, `there is no record ${keyToText(key)}`);
  return stored;
}

/** The record must not be there, whichever verb asks. The last one writes. */
export async function mustBeGone(driver: StorageDriver, key: Key): Promise<void> {
  assert.equal(await driver.get(key), undefined, `get still finds ${keyToText(key)}`);
  assert.equal(await driver.take(key), undefined, `take still finds ${keyToText(key)}`);
  assert.ok(!(await allKeys(driver, [])).includes(keyToText(key)), `scan still lists ${keyToText(key)}`);
}

/** Walks through all pages below a prefix; answers the keys as texts, each once, in their order. */
export async function allKeys(driver: StorageDriver, prefix: readonly string[], limit = 1000): Promise<string[]> {
  const found = new Set<string>();
  for await (const page of pages(driver, prefix, limit)) for (const name of page) found.add(name);
  return [...found].sort();
}

const MOST_PAGES = 10_000;

/** The pages of a walk. A walk that does not end is an error. */
export async function* pages(
  driver: StorageDriver,
  prefix: readonly string[],
  limit: number,
): AsyncGenerator<string[]> {
  let cursor: string | undefined;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const page = await driver.scan({ prefix, limit, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.keys.length <= limit, `a page of at most ${limit} keys has ${page.keys.length}`);
    yield page.keys.map(keyToText);
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
  assert.fail(`scan does not end: ${MOST_PAGES} pages and still a cursor`);
}

/** Runs `count` calls at the same moment, spread over the drivers. */
export function atOnce<R>(
  drivers: readonly StorageDriver[],
  count: number,
  call: (driver: StorageDriver, index: number) => Promise<R>,
): Promise<R[]> {
  const calls = Array.from({ length: count }, (_, index) => {
    const driver = drivers[index % drivers.length];
    assert.ok(driver);
    return call(driver, index);
  });
  return Promise.all(calls);
}
