/** A process of its own on the file that it is given: does what it is told, as often at once as it is told. */
import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { type Key, type RecordKind, recordStore } from '@ostiary/storage-sdk';
import { openSqliteDriver } from '@ostiary/storage-sqlite';
import { z } from 'zod';

export type Order = { readonly id: string; readonly callers: number } & (
  | { readonly verb: 'create' | 'take' | 'count' | 'write-on' }
  | { readonly verb: 'replace'; readonly version: string }
);
export type Answer =
  | { readonly ready: true }
  | { readonly won: number }
  /** The write with this number, and all before it, are done. */
  | { readonly wrote: number };

const counter: RecordKind<number> = { kind: 'race', version: 1, schema: z.number(), encode: (count) => count };
const [, , file = ''] = process.argv;
const driver = await openSqliteDriver({ file, now: () => new Date(), random: randomBytes, log: silentLogger });
const counters = recordStore(driver, counter, { attempts: 10_000 });
const answer = (text: Answer): boolean => process.send?.(text) ?? false;

async function attempt(order: Order, caller: number): Promise<boolean> {
  const key: Key = ['race', order.id];
  switch (order.verb) {
    case 'create':
      return (await driver.put(key, caller, { ifVersion: 'absent' })).written;
    case 'replace':
      return (await driver.put(key, caller, { ifVersion: order.version })).written;
    case 'take':
      return (await driver.take(key)) !== undefined;
    case 'count':
      return (await counters.update(order.id, (count = 0) => ({ set: count + 1 }))) !== undefined;
    case 'write-on':
      return writeOn(order);
  }
}

/** Writes until it is killed, several records at a time, and says so only when they are done. */
async function writeOn({ id, callers }: Order): Promise<never> {
  for (let n = 0; ; n += callers) {
    const keys = Array.from({ length: callers }, (_, index): Key => ['race', id, `${n + index + 1}`]);
    await Promise.all(keys.map((key) => driver.put(key, { filler: 'x'.repeat(500) }, { ifVersion: 'absent' })));
    answer({ wrote: n + callers });
  }
}

async function obey(order: Order): Promise<void> {
  const callers = order.verb === 'write-on' ? 1 : order.callers;
  const results = await Promise.all(Array.from({ length: callers }, (_, caller) => attempt(order, caller)));
  answer({ won: results.filter(Boolean).length });
}

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
});
answer({ ready: true });
