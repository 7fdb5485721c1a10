import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { redisConfig } from './config.ts';
import { openingError } from './opening-error.ts';

const closed = new Error('Connection is closed.');
const refused = new Error('connect ECONNREFUSED 10.0.0.7:6379');
const opening = (options: object, reason: unknown, error: unknown = closed): unknown =>
  openingError({ config: redisConfig.parse(options), error, reason });

describe('a storage that cannot be opened', () => {
  it('is named with where it is, why, and what to do, never with its password', () => {
    const error = opening({ host: '10.0.0.7', username: 'jane', password: 'pa55' }, refused);
    expect(error).toMatchObject({
      code: 'storage/unavailable',
      message:
        'storage.config: Redis at 10.0.0.7:6379 cannot be used: connect ECONNREFUSED 10.0.0.7:6379. See that it runs and can be reached from here, or correct where it is.',
    });
  });

  it.each([
    [{ host: '::1' }, '[::1]:6379'],
    [{ socket: '/run/redis.sock' }, '/run/redis.sock'],
    [{ cluster: [{ host: 'a' }, { host: 'b', port: 7000 }] }, 'a:6379, b:7000'],
  ])('is where %j says', (options, where) => {
    expect(opening(options, refused)).toHaveProperty('message', expect.stringContaining(`Redis at ${where} cannot`));
  });

  it('is told with the words of the node, or those of the error, or that there was no answer', () => {
    const ofCluster = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: refused });
    expect(opening({}, ofCluster)).toHaveProperty('message', expect.stringContaining('ECONNREFUSED'));
    expect(opening({}, undefined)).toHaveProperty('message', expect.stringContaining('Connection is closed. See'));
    const late = new OstiaryError('storage/unavailable', 'The storage does not answer.');
    expect(opening({}, undefined, late)).toHaveProperty('message', expect.stringContaining('no answer in time'));
  });

  it('that refuses for good is a mistake in the file', () => {
    expect(opening({}, new Error('NOAUTH Authentication required.'))).toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('Redis at 127.0.0.1:6379 wants a password.'),
    });
  });

  it('keeps errors that say enough, and bugs', () => {
    const file = new OstiaryError('config/invalid', 'tls.caFile: the file cannot be read.');
    expect(opening({}, undefined, file)).toBe(file);
    expect(opening({}, undefined, 'odd')).toBe('odd');
  });
});
