import assert from 'node:assert/strict';
import type { Json } from '@ostiary/primitives';
import type { StorageDriver } from '../driver.ts';
import { type Key, keyToText } from '../key.ts';
import { allKeys, atOnce, mustPut } from './expect.ts';
import type { Race } from './race.ts';

const key: Key = ['thing', 'a'];
const CALLERS = 50;
const ROUNDS = 20;

/** What the parties of one round may be: in every order, so that each verb is once the first. */
const inTurn = (round: number): readonly [writer: number, other: number] => (round % 2 === 0 ? [0, 1] : [1, 0]);

/** Races of different verbs, and of writes without a condition: they hit stores that are atomic verb by verb only. */
export const mixedRaces: readonly Race[] = [
  {
    id: 'put-any-all-written',
    about: `${CALLERS} parallel writes without a condition are all written, and the record is what one of them wrote`,
    async check(drivers, { driver }) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const versions = await atOnce(drivers, CALLERS, (caller, index) => mustPut(caller, key, { value: index }));
        assert.equal(new Set(versions).size, CALLERS, 'a version was given twice');
        const stored = await driver.get(key);
        assert.equal(
          stored?.version,
          versions[Number(stored?.value)],
          'the value is of one write, the version of another',
        );
      }
    },
  },
  {
    id: 'take-while-written',
    about: 'a take at the moment of a write gets one of the two states, and the other is not lost',
    async check(drivers, context) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const version = await mustPut(context.driver, key, { value: 'before' });
        const ifVersion = round % 4 < 2 ? 'any' : version;
        const [writer] = inTurn(round);
        let written = false;
        const [taken] = (
          await atOnce(drivers, 2, async (caller, index) => {
            if (index !== writer) return (await caller.take(key))?.value;
            written = (await caller.put(key, 'after', { ifVersion })).written;
            return undefined;
          })
        ).filter((_, index) => index !== writer);
        checkTaken({ written, taken, left: (await context.driver.take(key))?.value, any: ifVersion === 'any' });
      }
    },
  },
  ...(['get', 'take', 'scan'] as const).map(
    (verb): Race => ({
      id: `${verb}-while-renewed`,
      about: `a ${verb} that meets an expired record does not remove the one that is written in its place`,
      async check(drivers, { driver, clock }) {
        for (let round = 0; round < ROUNDS; round += 1) {
          await mustPut(driver, key, { value: 'old', expiresAt: clock.in(1) });
          clock.advance(1);
          const [writer] = inTurn(round);
          const seen = await atOnce(drivers, 2, async (caller, index) =>
            index === writer
              ? void (await mustPut(caller, key, { value: 'new', ifVersion: 'absent' }))
              : look(verb, caller),
          );
          const left = (await driver.take(key))?.value;
          const taken = verb === 'take' ? seen[1 - writer] : undefined;
          assert.deepEqual(
            [taken, left].filter((value) => value !== undefined),
            ['new'],
            'a written record was lost',
          );
        }
      },
    }),
  ),
];

async function look(verb: 'get' | 'take' | 'scan', driver: StorageDriver): Promise<Json | undefined> {
  if (verb === 'scan') return (await allKeys(driver, [])).includes(keyToText(key));
  return (await driver[verb](key))?.value;
}

interface Outcome {
  readonly written: boolean;
  readonly taken: Json | undefined;
  readonly left: Json | undefined;
  /** The write had no condition. */
  readonly any: boolean;
}

function checkTaken({ written, taken, left, any }: Outcome): void {
  assert.ok(written || !any, 'a write without a condition was refused');
  assert.notEqual(taken, undefined, 'a record was there all the time, and take did not get it');
  const takeFirst = { written: any, taken: 'before', left: any ? 'after' : undefined };
  const putFirst = { written: true, taken: 'after', left: undefined };
  assert.deepEqual({ written, taken, left }, taken === 'before' ? takeFirst : putFirst, 'a written state was lost');
}
