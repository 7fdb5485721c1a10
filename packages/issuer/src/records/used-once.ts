import type { FirstUse } from '@ostiary/connector-sdk';
import { type RecordKind, recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import { hashToken } from '@ostiary/token-core';
import { z } from 'zod';

/**
 * A mark: what has this id was used and must not work again. Lives until it would be refused by its own age.
 *
 * Version 1: first form.
 */
export const usedOnce: RecordKind<true> = {
  kind: 'used-once',
  version: 1,
  schema: z.literal(true),
  encode: () => true,
};

/**
 * What connectors ask whether something is used for the first time, over a storage that all replicas share.
 *
 * @param storage where the marks live.
 * @param connectorId whose ids these are; other connectors may have the same.
 */
export function firstUseIn(storage: StorageDriver, connectorId: string): FirstUse {
  const marks = recordStore(storage, usedOnce);
  // Ids come from providers and may be long; a storage's keys have a limit.
  return (id, until) => marks.create([connectorId, hashToken(id)], true, { expiresAt: until });
}
