/** What the tests of this package share: a clock that stands still, a log that remembers, a storage that counts. */
import { randomBytes } from 'node:crypto';
import {
  type Deps,
  type IssuerId,
  type LogFields,
  type Logger,
  OstiaryError,
  parseIssuerId,
} from '@ostiary/primitives';
import { createMemoryData, createMemoryDriver, type MemoryData } from '@ostiary/storage-memory';
import type { StorageDriver } from '@ostiary/storage-sdk';
import type { RotationPolicy } from '../src/index.ts';

export const issuer: IssuerId = parseIssuerId('https://login.example.com/dex');

export const START: number = Date.parse('2031-01-01T00:00:00Z');

export const policy: RotationPolicy = {
  algorithms: ['EdDSA'],
  rotationPeriod: 21_600,
  tokenLifetime: 3_600,
  verifierCache: 600,
};

/** Time that moves when it is told to. */
export interface TestTime {
  readonly now: () => Date;
  advance(seconds: number): void;
}

export function testTime(milliseconds: number = START): TestTime {
  let time = milliseconds;
  return {
    now: () => new Date(time),
    advance(seconds) {
      time += seconds * 1000;
    },
  };
}

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields | undefined;
}

export function memoryLog(): { readonly lines: LogLine[]; readonly log: Logger } {
  const lines: LogLine[] = [];
  const at = (level: string) => (event: string, fields?: LogFields) => void lines.push({ level, event, fields });
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return { lines, log };
}

export interface World {
  readonly time: TestTime;
  readonly lines: LogLine[];
  readonly deps: Pick<Deps, 'now' | 'random' | 'log'>;
  readonly data: MemoryData;
  readonly storage: StorageDriver;
}

export function world(): World {
  const time = testTime();
  const { lines, log } = memoryLog();
  const data = createMemoryData();
  const deps = { now: time.now, random: (length: number) => new Uint8Array(randomBytes(length)), log };
  return { time, lines, deps, data, storage: createMemoryDriver({ now: time.now, data }) };
}

export interface WatchedDriver extends StorageDriver {
  /** How often it was read and written. */
  readonly calls: { get: number; put: number };
  /** True: the storage cannot be reached. */
  down: boolean;
}

/** A driver that counts, and that can be out of reach. */
export function watched(inner: StorageDriver): WatchedDriver {
  const calls = { get: 0, put: 0 };
  const check = () => {
    if (driver.down) throw new OstiaryError('storage/unavailable', 'The storage cannot be reached.');
  };
  const driver: WatchedDriver = {
    ...inner,
    calls,
    down: false,
    async get(key) {
      check();
      calls.get += 1;
      return inner.get(key);
    },
    async put(key, value, options) {
      check();
      calls.put += 1;
      return inner.put(key, value, options);
    },
  };
  return driver;
}
