import assert from 'node:assert/strict';
import type { StorageDriver, Stored, Version } from '../driver.ts';
import { type Key, keyToText } from '../key.ts';
import { allKeys } from './expect.ts';
import { type ModelRecord, StorageModel } from './model.ts';
import type { Rule, TestClock } from './rule.ts';

const SEEDS = 40;
const STEPS = 60;
const KEYS = 4;
const DEADLINES_MS = [undefined, undefined, 1, 2, 5, 40, -1];

/** Random operations, the same ones on the storage and on the model. */
export const modelRules: readonly Rule[] = [
  {
    id: 'model/random-operations',
    about: `${SEEDS} random sequences of ${STEPS} operations answer what the model answers`,
    async check({ driver, clock }) {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const walk = new Walk({ driver, clock, seed });
        try {
          for (let step = 0; step < STEPS; step += 1) await walk.step();
        } catch (error) {
          const cause = error instanceof Error ? error.message : String(error);
          throw new Error(`sequence ${seed} went apart: ${cause}\n${walk.history.join('\n')}`, { cause: error });
        }
      }
    },
  },
];

interface WalkOptions {
  readonly driver: StorageDriver;
  readonly clock: TestClock;
  readonly seed: number;
}

/** A version as the storage names it and as the model does. */
interface VersionPair {
  readonly driver: Version;
  readonly model: number;
}

/** The conditions that name no version are spelled the same on both sides. */
const whatever = { driver: 'any', model: 'any' } as const;
const onlyNew = { driver: 'absent', model: 'absent' } as const;

/** One sequence, under a kind of its own. `history` is what a person needs to repeat it by hand. */
class Walk {
  readonly history: string[] = [];
  readonly #driver: StorageDriver;
  readonly #clock: TestClock;
  readonly #model: StorageModel;
  readonly #random: () => number;
  readonly #kind: string;
  readonly #versions: VersionPair[] = [];

  constructor({ driver, clock, seed }: WalkOptions) {
    this.#driver = driver;
    this.#clock = clock;
    this.#model = new StorageModel(clock.now);
    this.#random = seededRandom(seed);
    this.#kind = `model${seed}`;
  }

  async step(): Promise<void> {
    const key: Key = [this.#kind, `k${this.#pick(KEYS)}`];
    const choice = this.#pick(20);
    if (choice < 9) await this.#put(key);
    else if (choice < 12) await this.#take(key);
    else if (choice < 16) await this.#get(key);
    else if (choice < 18) this.#wait();
    else if (choice < 19) await this.#sweep();
    else await this.#scan();
  }

  async #put(key: Key): Promise<void> {
    const condition = [whatever, onlyNew][this.#pick(4)] ?? this.#knownVersion();
    const deadline = DEADLINES_MS[this.#pick(DEADLINES_MS.length)];
    const expiry = deadline === undefined ? {} : { expiresAt: this.#clock.in(deadline) };
    const value = { n: this.history.length };
    this.#note(`put ${keyToText(key)} ifVersion ${condition.model}, deadline in ${deadline ?? 'no'} ms`);
    const outcome = await this.#driver.put(key, value, { ifVersion: condition.driver, ...expiry });
    const expected = this.#model.put(keyToText(key), value, { ifVersion: condition.model, ...expiry });
    assert.equal(outcome.written, expected !== undefined);
    if (outcome.written && expected !== undefined) this.#versions.push({ driver: outcome.version, model: expected });
  }

  async #take(key: Key): Promise<void> {
    const known = this.#pick(2) === 0 ? this.#knownVersion() : undefined;
    this.#note(`take ${keyToText(key)} ifVersion ${known?.model ?? 'none'}`);
    const taken = await this.#driver.take(key, known === undefined ? {} : { ifVersion: known.driver });
    this.#same(taken, this.#model.take(keyToText(key), { ifVersion: known?.model }));
  }

  async #get(key: Key): Promise<void> {
    this.#note(`get ${keyToText(key)}`);
    this.#same(await this.#driver.get(key), this.#model.get(keyToText(key)));
  }

  #wait(): void {
    const milliseconds = 1 + this.#pick(4);
    this.#note(`wait ${milliseconds} ms`);
    this.#clock.advance(milliseconds);
  }

  async #sweep(): Promise<void> {
    const limit = 1 + this.#pick(3);
    this.#note(`sweep ${limit}`);
    assert.ok((await this.#driver.sweep({ limit })).removed <= limit);
  }

  async #scan(): Promise<void> {
    this.#note('scan');
    assert.deepEqual(await allKeys(this.#driver, [this.#kind], 1 + this.#pick(3)), this.#model.names().sort());
  }

  #same(stored: Stored | undefined, expected: ModelRecord | undefined): void {
    const version = this.#versions.find(({ model }) => model === expected?.version)?.driver;
    assert.deepEqual(stored, expected && { ...expected, version });
  }

  /** A version of this sequence, most often one of the last few, of whatever key. */
  #knownVersion(): VersionPair {
    const recent = this.#versions.slice(-KEYS);
    return recent[this.#pick(recent.length)] ?? { driver: 'never given', model: -1 };
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #note(line: string): void {
    this.history.push(line);
  }
}

/** Mulberry32 (public domain): numbers from 0 to 1 that are the same for the same seed, on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
