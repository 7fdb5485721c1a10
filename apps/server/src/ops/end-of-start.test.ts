import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { endOfStart } from './end-of-start.ts';

describe('endOfStart', () => {
  it('says which record a start could not read, and why', () => {
    const detail = { kind: 'signing-keys', problem: 'a newer release wrote it (version 2)', readable: 1 };
    const error = new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { detail });
    expect(endOfStart(error)).toBe(
      'ostiary: A stored record cannot be read. (signing-keys: a newer release wrote it (version 2))',
    );
  });

  it('adds nothing to a sentence that says it all', () => {
    const detail = { file: '/x.db', problem: 'x' };
    expect(endOfStart(new OstiaryError('config/invalid', 'It is wrong.', { detail }))).toBe('ostiary: It is wrong.');
    const damaged = new OstiaryError('storage/corrupt', 'The file /x.db is damaged.', { detail: { file: '/x.db' } });
    expect(endOfStart(damaged)).toBe('ostiary: The file /x.db is damaged.');
  });

  it('asks to report what is a bug', () => {
    expect(endOfStart(new TypeError('no such function'))).toContain('please report it: no such function');
  });
});
