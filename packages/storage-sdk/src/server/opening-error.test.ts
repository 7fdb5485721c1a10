import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { formatAddress, openingError } from './opening-error.ts';

const refused = new Error('connect ECONNREFUSED 10.0.0.7:5432.');
const unavailable = (cause: unknown): OstiaryError => new OstiaryError('storage/unavailable', 'x', { cause });
const refusal = (error: unknown): string | undefined =>
  error instanceof RangeError ? 'takes no writes. Name the primary' : undefined;
const opening = (error: unknown): unknown => openingError({ which: 'Some at db:1', error, refusal });

describe('a storage that cannot be opened', () => {
  it('is named with where it is, why, and what to do', () => {
    expect(opening(unavailable(refused))).toMatchObject({
      code: 'storage/unavailable',
      message:
        'storage.config: Some at db:1 cannot be used: connect ECONNREFUSED 10.0.0.7:5432. See that it runs and can be reached from here, or correct where it is.',
    });
  });

  it('is told with the words of the first address of a name, or that there was no answer', () => {
    const several = new AggregateError([refused, new Error('connect ENETUNREACH ::1')]);
    expect(opening(unavailable(several))).toHaveProperty('message', expect.stringContaining('ECONNREFUSED 10.0.0.7'));
    expect(opening(unavailable(undefined))).toHaveProperty('message', expect.stringContaining('no answer in time'));
  });

  it('that does not fit is a mistake in the file', () => {
    expect(opening(new RangeError('x'))).toMatchObject({
      code: 'config/invalid',
      message: 'storage.config: Some at db:1 takes no writes. Name the primary.',
    });
  });

  it('whose tables are of a newer release is named, too', () => {
    const detail = { version: 9, readable: 1 };
    const error = new OstiaryError('storage/corrupt', 'its tables are newer.', { detail });
    const message = 'storage.config: Some at db:1: its tables are newer.';
    expect(opening(error)).toMatchObject({ code: 'storage/corrupt', message, detail });
  });

  it('keeps errors that say enough, and bugs', () => {
    const file = new OstiaryError('config/invalid', 'passwordFile: the file cannot be read.');
    expect(opening(unavailable(file))).toBe(file);
    const bug = new TypeError('odd');
    expect(opening(bug)).toBe(bug);
  });
});

describe('formatAddress', () => {
  it('puts an IPv6 address into brackets', () => {
    expect(formatAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(formatAddress({ host: 'db', port: 1 })).toBe('db:1');
  });
});
