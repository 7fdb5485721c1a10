import { describe, expect, it } from 'vitest';
import { postgresConfig } from './config.ts';
import { postgresOpeningError } from './opening-error.ts';
import { toOstiaryError, Unfit } from './postgres-error.ts';

const opening = (options: object, error: unknown): unknown =>
  postgresOpeningError(postgresConfig.parse({ user: 'jane', password: 'pa55', ...options }), error);

describe('a storage that cannot be opened', () => {
  it.each([
    [{ host: '10.0.0.7' }, '10.0.0.7:5432'],
    [{ host: '::1' }, '[::1]:5432'],
    [{ host: 'db:6432' }, 'db:6432'],
    [{ host: '/run/postgresql' }, '/run/postgresql (port 5432)'],
  ])('is where %j says, whoever logs in', (options, where) => {
    const error = opening(options, toOstiaryError(new Error('connect ECONNREFUSED')));
    const message = expect.stringContaining(`PostgreSQL at ${where} cannot be used: connect ECONNREFUSED. `);
    expect(error).toMatchObject({ code: 'storage/unavailable', message });
    expect(error).not.toHaveProperty('message', expect.stringMatching(/jane|pa55/u));
  });

  it('that does not fit is a mistake in the file', () => {
    expect(opening({}, new Unfit('takes no writes'))).toMatchObject({
      code: 'config/invalid',
      message: 'storage.config: PostgreSQL at localhost:5432 takes no writes.',
    });
  });
});
