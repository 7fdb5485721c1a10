import type { Clock, Json } from '@ostiary/primitives';
import { isLive } from '../deadline.ts';
import type { PutOptions, TakeOptions } from '../driver.ts';

/** A record of the model. Its version is a number that counts writes. */
export interface ModelRecord {
  readonly value: Json;
  readonly version: number;
  readonly expiresAt?: Date;
}

export type ModelPut = Omit<PutOptions, 'ifVersion'> & { readonly ifVersion: number | 'absent' | 'any' };
export type ModelTake = Omit<TakeOptions, 'ifVersion'> & { readonly ifVersion?: number | undefined };

/** The contract in its shortest form: a map, one caller, no limits. What a driver does must look like this. */
export class StorageModel {
  readonly #records = new Map<string, ModelRecord>();
  readonly #now: Clock;
  #writes = 0;

  constructor(now: Clock) {
    this.#now = now;
  }

  get(name: string): ModelRecord | undefined {
    const record = this.#records.get(name);
    return record && isLive(record.expiresAt?.getTime(), this.#now()) ? record : undefined;
  }

  /** The version of the new record, or `undefined` when the condition does not hold. */
  put(name: string, value: Json, { ifVersion, expiresAt }: ModelPut): number | undefined {
    if (ifVersion !== 'any' && ifVersion !== (this.get(name)?.version ?? 'absent')) return undefined;
    this.#writes += 1;
    this.#records.set(name, { value, version: this.#writes, ...(expiresAt === undefined ? {} : { expiresAt }) });
    return this.#writes;
  }

  take(name: string, { ifVersion }: ModelTake): ModelRecord | undefined {
    const record = this.get(name);
    if (record === undefined || (ifVersion !== undefined && ifVersion !== record.version)) return undefined;
    this.#records.delete(name);
    return record;
  }

  /** The names of all records that are there. */
  names(): string[] {
    return [...this.#records.keys()].filter((name) => this.get(name) !== undefined);
  }
}
