import { type Clock, type Json, OstiaryError } from '@ostiary/primitives';
import { deadlineMs, keyPrefix, keyToText, type StorageDriver, type Stored, textToKey } from '@ostiary/storage-sdk';
import { type ModelRecord, StorageModel } from '../src/conformance/model.ts';

/** A driver on the model of the conformance kit: slow, correct, and easy to break on purpose. */
export function modelDriver(now: Clock, model: StorageModel = new StorageModel(now)): StorageDriver {
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new OstiaryError('storage/unavailable', 'closed');
  };
  return {
    async get(key) {
      checkOpen();
      return stored(model.get(keyToText(key)));
    },
    async put(key, value, { ifVersion, expiresAt }) {
      checkOpen();
      deadlineMs(expiresAt);
      const condition = ifVersion === 'any' || ifVersion === 'absent' ? ifVersion : Number(ifVersion || 'NaN');
      const version = model.put(keyToText(key), copy(value), {
        ifVersion: condition,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      return version === undefined ? { written: false } : { written: true, version: String(version) };
    },
    async take(key, { ifVersion } = {}) {
      checkOpen();
      return stored(model.take(keyToText(key), { ifVersion: ifVersion === undefined ? undefined : Number(ifVersion) }));
    },
    async scan({ prefix, limit, cursor = '' }) {
      checkOpen();
      const rest = model
        .names()
        .filter((name) => name.startsWith(keyPrefix(prefix)) && (cursor === '' || name > cursor));
      const page = rest.sort().slice(0, limit);
      const last = page.at(-1);
      const keys = page.map(textToKey);
      return rest.length > limit && last !== undefined ? { keys, cursor: last } : { keys };
    },
    async sweep() {
      checkOpen();
      return { removed: 0, more: false };
    },
    async [Symbol.asyncDispose]() {
      open = false;
    },
  };
}

function stored(record: ModelRecord | undefined): Stored | undefined {
  return record && { ...record, value: copy(record.value), version: String(record.version) };
}

const copy = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;
