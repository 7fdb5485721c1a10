import type { RandomBytes } from '@ostiary/primitives';
import type { Version } from './driver.ts';

const VERSION_BYTES = 12;

/**
 * A version that no record had before: 96 random bits as 16 characters of base64url. For drivers of storages that
 * have no counter of their own which outlives a removed record.
 */
export function randomVersion(random: RandomBytes): Version {
  return Buffer.from(random(VERSION_BYTES)).toString('base64url');
}
