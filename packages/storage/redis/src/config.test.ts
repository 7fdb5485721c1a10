import { describe, expect, it } from 'vitest';
import { redisConfig } from './config.ts';

describe('configuration', () => {
  it('needs nothing', () => {
    expect(redisConfig.parse({})).toEqual({ host: '127.0.0.1', port: 6379, database: 0, prefix: 'ostiary:' });
  });

  it.each([
    [{ password: 'a', passwordFile: 'b' }, 'passwordFile'],
    [{ cluster: [] }, 'cluster'],
    [{ cluster: [{ host: 'a' }], database: 1 }, 'database'],
    [{ cluster: [{ host: 'a' }], socket: '/s' }, 'socket'],
    [{ socket: '/s', host: 'a' }, 'host'],
    [{ cluster: [{ host: 'a' }], port: 6380 }, 'port'],
    [{ tls: { certFile: 'c' } }, 'tls'],
    [{ port: 0 }, 'port'],
    [{ host: 'redis://jane:pa55@redis.example.com' }, 'host'],
    [{ hosts: 'a' }, ''],
  ])('refuses %j', (options, path) => {
    const { error } = redisConfig.safeParse(options);
    expect(error?.issues.map((issue) => String(issue.path[0] ?? ''))).toEqual([path]);
  });

  it('hides the password', () => {
    expect(JSON.stringify(redisConfig.parse({ password: 'hunter2' }))).not.toContain('hunter2');
  });
});
