import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { failureLine } from './failure-line.ts';

describe('the last line of a command that failed', () => {
  it('says of a record of a newer release which it is, and what wrote it', () => {
    const detail = { kind: 'signing-keys', problem: 'a newer release wrote it (version 2)', readable: 1 };
    expect(failureLine(new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { detail }))).toBe(
      'ostiary: A stored record cannot be read. (kind: signing-keys, problem: a newer release wrote it (version 2), readable: 1)',
    );
  });

  it('says why the storage does not answer, without passwords', () => {
    const cause = new Error('connect to redis://ostiary:hunter2@localhost refused');
    expect(failureLine(new OstiaryError('storage/unavailable', 'The storage does not answer.', { cause }))).toBe(
      'ostiary: The storage does not answer. Cause: connect to redis://ostiary:[secret]@localhost refused',
    );
  });

  it('does not say twice what the message says', () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = new OstiaryError('storage/unavailable', 'Redis cannot be used: connect ECONNREFUSED.', { cause });
    expect(failureLine(error)).toBe('ostiary: Redis cannot be used: connect ECONNREFUSED.');
    const ours = new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause });
    expect(failureLine(new OstiaryError('storage/unavailable', 'The file is locked.', { cause: ours }))).toBe(
      'ostiary: The file is locked.',
    );
  });

  it('is the message alone where that is about the configuration', () => {
    const more = { detail: { problems: ['a'] }, cause: new Error('b') };
    expect(failureLine(new OstiaryError('config/invalid', 'c.yaml:1: issuer: is missing.', more))).toBe(
      'ostiary: c.yaml:1: issuer: is missing.',
    );
  });

  it('asks for a report of what is no error of ours', () => {
    expect(failureLine(new TypeError('x is not a function'))).toBe(
      'ostiary: unexpected error, please report it: x is not a function',
    );
  });
});
