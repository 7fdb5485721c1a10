import { describe, expect, it } from 'vitest';
import { mysqlConfig } from './config.ts';
import { toOstiaryError, Unfit } from './mysql-error.ts';
import { mysqlOpeningError } from './opening-error.ts';

const opening = (options: object, error: unknown): unknown =>
  mysqlOpeningError(mysqlConfig.parse({ user: 'jane', database: 'dex', password: 'pa55', ...options }), error);

describe('a storage that cannot be opened', () => {
  it.each([
    [{ host: '10.0.0.7' }, '10.0.0.7:3306'],
    [{ host: '::1' }, '[::1]:3306'],
    [{ host: '/run/mysqld/mysqld.sock' }, '/run/mysqld/mysqld.sock'],
  ])('is where %j says, whoever logs in', (options, where) => {
    const error = opening(options, toOstiaryError(new Error('connect ECONNREFUSED')));
    const message = expect.stringContaining(`MySQL at ${where} cannot be used: connect ECONNREFUSED. `);
    expect(error).toMatchObject({ code: 'storage/unavailable', message });
    expect(error).not.toHaveProperty('message', expect.stringMatching(/jane|pa55/u));
  });

  it('that does not fit is a mistake in the file', () => {
    expect(opening({}, new Unfit('takes no writes'))).toMatchObject({
      code: 'config/invalid',
      message: 'storage.config: MySQL at localhost:3306 takes no writes.',
    });
  });
});
