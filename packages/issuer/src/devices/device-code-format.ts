import type { RandomBytes } from '@ostiary/primitives';
import { randomToken } from '@ostiary/token-core';
import { newUserCode, readUserCode } from './user-code.ts';

const PREFIX = 'odc';

/** A device code: `odc.USERCODE.EXPIRY.SECRET`. What a device knows anyway stands in it, so that one record is enough. */
export interface DeviceCode {
  readonly userCode: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly text: string;
}

/** A new pair of codes. */
export function newDeviceCode(random: RandomBytes, expiresAt: number): DeviceCode {
  const userCode = newUserCode(random);
  const text = [PREFIX, userCode.replace('-', ''), expiresAt.toString(36), randomToken(random)].join('.');
  return { userCode, expiresAt, text };
}

/** Reads a code that somebody sent; `undefined` for what never was one. */
export function parseDeviceCode(text: string): DeviceCode | undefined {
  const [, letters = '', expiry = ''] = /^odc\.([A-Z]{8})\.([0-9a-z]{1,10})\.[A-Za-z0-9_-]{43}$/.exec(text) ?? [];
  const userCode = readUserCode(letters);
  return userCode === undefined ? undefined : { userCode, expiresAt: Number.parseInt(expiry, 36), text };
}
