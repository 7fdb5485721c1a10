import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { postgresConfig } from './config.ts';
import { openingError } from './opening-error.ts';
import { toOstiaryError, Unfit } from './postgres-error.ts';

const refused = new Error('connect ECONNREFUSED 10.0.0.7:5432');
const opening = (options: object, cause: unknown): unknown =>
  openingError(postgresConfig.parse({ user: 'jane', ...options }), toOstiaryError(cause));

describe('a storage that cannot be opened', () => {
  it('is named with where it is, why, and what to do, never with who logs in', () => {
    expect(opening({ host: '10.0.0.7', password: 'pa55' }, refused)).toMatchObject({
      code: 'storage/unavailable',
      message:
        'storage.config: PostgreSQL at 10.0.0.7:5432 cannot be used: connect ECONNREFUSED 10.0.0.7:5432. See that it runs and can be reached from here, or correct where it is.',
    });
  });

  it.each([
    [{ host: '::1' }, '[::1]:5432'],
    [{ host: 'db:6432' }, 'db:6432'],
    [{ host: '/run/postgresql' }, '/run/postgresql (port 5432)'],
  ])('is where %j says', (options, where) => {
    expect(opening(options, refused)).toHaveProperty(
      'message',
      expect.stringContaining(`PostgreSQL at ${where} cannot be used`),
    );
  });

  it('is told with the words of the first address of a name, or that there was no answer', () => {
    const several = new AggregateError([refused, new Error('connect ENETUNREACH ::1')]);
    expect(opening({}, several)).toHaveProperty('message', expect.stringContaining('ECONNREFUSED 10.0.0.7'));
    expect(opening({}, undefined)).toHaveProperty('message', expect.stringContaining('no answer in time'));
  });

  it('that does not fit is a mistake in the file', () => {
    const error = openingError(postgresConfig.parse({ user: 'jane' }), new Unfit('takes no writes'));
    expect(error).toMatchObject({
      code: 'config/invalid',
      message: 'storage.config: PostgreSQL at localhost:5432 takes no writes.',
    });
  });

  it('whose tables are of a newer release is named, too', () => {
    const detail = { version: 9, readable: 1 };
    const error = new OstiaryError('storage/corrupt', 'its tables are newer.', { detail });
    expect(openingError(postgresConfig.parse({ user: 'jane' }), error)).toMatchObject({
      code: 'storage/corrupt',
      message: 'storage.config: PostgreSQL at localhost:5432: its tables are newer.',
      detail,
    });
  });

  it('keeps errors that say enough, and bugs', () => {
    const file = new OstiaryError('config/invalid', 'passwordFile: the file cannot be read.');
    expect(opening({}, file)).toBe(file);
    const bug = new TypeError('odd');
    expect(openingError(postgresConfig.parse({ user: 'jane' }), bug)).toBe(bug);
  });
});
