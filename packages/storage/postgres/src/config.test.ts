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

  it('takes 0 for the default, as Dex does', () => {
    const zeros = { port: 0, connectionTimeout: 0, maxOpenConns: 0, maxIdleConns: 0, connMaxLifetime: 0 };
    expect(postgresConfig.parse({ user, ...zeros })).toEqual(postgresConfig.parse({ user }));
  });

  it.each([
    ['db.example.com', 'db.example.com', 5432],
    ['db.example.com:6432', 'db.example.com', 6432],
    ['10.0.0.7:6432', '10.0.0.7', 6432],
    ['::1', '::1', 5432],
    ['[::1]', '::1', 5432],
    ['[fd00::7]:6432', 'fd00::7', 6432],
    ['/var/run/postgresql', '/var/run/postgresql', 5432],
    ['/run/with:colon', '/run/with:colon', 5432],
  ])('reads the host %s', (host, name, port) => {
    expect(postgresConfig.parse({ user, host })).toMatchObject({ host: name, port });
  });

  it('takes a port that is said twice, and speaks no TLS to a socket', () => {
    expect(postgresConfig.parse({ user, host: 'db:6432', port: 6432 })).toMatchObject({ port: 6432 });
    expect(postgresConfig.parse({ user, host: '/run' })).toMatchObject({ ssl: { mode: 'disable' } });
  });

  it.each([
    [{}, 'user'],
    [{ user: '' }, 'user'],
    [{ user, password: 'a', passwordFile: 'b' }, 'passwordFile'],
    [{ user, host: 'postgres://dex:pa55@db.example.com' }, 'host'],
    [{ user, host: 'dex:pa55@db' }, 'host'],
    [{ user, host: 'a,b' }, 'host'],
    [{ user, host: 'db:' }, 'host'],
    [{ user, host: 'db:70000' }, 'host'],
    [{ user, host: 'db:0' }, 'host'],
    [{ user, host: 'db:6432', port: 5432 }, 'port'],
    [{ user, port: 70_000 }, 'port'],
    [{ user, connectionTimeout: -1 }, 'connectionTimeout'],
    [{ user, connectionTimeout: 2_147_484 }, 'connectionTimeout'],
    [{ user, maxOpenConns: -1 }, 'maxOpenConns'],
    [{ user, maxIdleConns: 0.5 }, 'maxIdleConns'],
    [{ user, connMaxLifetime: -1 }, 'connMaxLifetime'],
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

  it('hides the password', () => {
    expect(JSON.stringify(postgresConfig.parse({ user, password: 'hunter2' }))).not.toContain('hunter2');
  });
});
