/** Records of every released form, kept for ever: what is in a storage today must be read by every later release. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@ostiary/primitives';
import type { RecordKind } from '@ostiary/storage-sdk';
import { checkGoldenRecords } from '@ostiary/storage-sdk/conformance';
import { describe, expect, it } from 'vitest';
import { authorizationCode } from '../src/records/authorization-code.ts';
import { browserSession } from '../src/records/browser-session.ts';
import { deviceRequest } from '../src/records/device-request.ts';
import { loginAttempts } from '../src/records/login-attempts.ts';
import { pendingLogin } from '../src/records/pending-login.ts';
import { refreshFamily } from '../src/records/refresh-family.ts';
import { clientRecord } from '../src/records/registered-client.ts';
import { revocations } from '../src/records/revocations.ts';
import { revokedToken } from '../src/records/revoked-token.ts';
import { usedOnce } from '../src/records/used-once.ts';

/** Stored form, version 1: in this version the value is stored as it is. */
interface Stored<T> {
  readonly v: 1;
  readonly d: T;
}

function golden<T>(name: string): readonly { readonly stored: Json; readonly value: T }[] {
  const text = readFileSync(join(import.meta.dirname, 'golden', `${name}.v1.json`), 'utf8');
  const records: readonly (Stored<T> & Json)[] = JSON.parse(text);
  return records.map((stored) => ({ stored, value: stored.d }));
}

function problems<T>(kind: RecordKind<T>): readonly string[] {
  return checkGoldenRecords(kind, golden<T>(kind.kind));
}

describe('stored records', () => {
  it('are read and written as they always were', () => {
    expect(problems(pendingLogin)).toEqual([]);
    expect(problems(authorizationCode)).toEqual([]);
    expect(problems(refreshFamily)).toEqual([]);
    expect(problems(browserSession)).toEqual([]);
    expect(problems(revocations)).toEqual([]);
    expect(problems(revokedToken)).toEqual([]);
    expect(problems(deviceRequest)).toEqual([]);
    expect(problems(loginAttempts)).toEqual([]);
    expect(problems(usedOnce)).toEqual([]);
    expect(problems(clientRecord)).toEqual([]);
  });

  it('do not change their form without a new version', () => {
    expect(problems({ ...revokedToken, encode: () => ({ cause: 'x' }) })).not.toEqual([]);
  });
});
