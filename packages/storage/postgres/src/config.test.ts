import { describe, expect, it } from 'vitest';
import { postgresConfig } from './config.ts';

const user = 'dex';

describe('configuration', () => {
  it('needs a user', () => {
    expect(postgresConfig.parse({ user })).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'dex',
      user: 'dex',
      connectionTimeout: 5,
      maxOpenConns: 5,
      maxIdleConns: 5,
      connMaxLifetime: 0,
      ssl: { mode: 'verify-full' },
    });
  });

  it('is all that Dex has', () => {
    const ssl = { mode: 'verify-ca', caFile: '/ca', certFile: '/cert', keyFile: '/key' };
    const numbers = { connectionTimeout: 3, maxOpenConns: 20, maxIdleConns: 2, connMaxLifetime: 300 };
    const options = { host: 'db', port: 5433, database: 'dex_db', user, ...numbers, ssl };
    expect(postgresConfig.parse({ ...options, password: 'pa55' })).toMatchObject(options);
  });

  it('speaks no TLS to a socket', () => {
    expect(postgresConfig.parse({ user, host: '/run' })).toMatchObject({ ssl: { mode: 'disable' } });
  });

  it.each([
    [{}, 'user'],
    [{ user, password: 'a', passwordFile: 'b' }, 'passwordFile'],
    [{ user, host: 'db:6432', port: 5432 }, 'port'],
    [{ user, ssl: { mode: 'prefer' } }, 'ssl.mode'],
    [{ user, ssl: { certFile: 'c' } }, 'ssl'],
    [{ user, ssl: { keyFile: 'k' } }, 'ssl'],
    [{ user, ssl: { mode: 'disable', caFile: 'c' } }, 'ssl'],
    [{ user, host: '/run', ssl: { mode: 'require' } }, 'ssl.mode'],
    [{ user, host: '/run', ssl: { caFile: '/ca' } }, 'ssl'],
    [{ user, sslmode: 'disable' }, ''],
  ])('refuses %j', (options, path) => {
    const { error } = postgresConfig.safeParse(options);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
