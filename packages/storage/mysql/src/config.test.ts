import { describe, expect, it } from 'vitest';
import { mysqlConfig } from './config.ts';

const given = { user: 'dex', database: 'dex_db' };
const modeOf = (options: object): string => mysqlConfig.parse({ ...given, ...options }).ssl.mode;

describe('configuration', () => {
  it('needs a user and a database', () => {
    expect(mysqlConfig.parse(given)).toMatchObject({
      ...given,
      host: 'localhost',
      port: 3306,
      maxIdleConns: 5,
      ssl: { mode: 'true' },
    });
  });

  it('is all that Dex has', () => {
    const ssl = { mode: 'custom', caFile: '/ca', certFile: '/cert', keyFile: '/key' };
    const numbers = { connectionTimeout: 3, maxOpenConns: 20, maxIdleConns: 2, connMaxLifetime: 300 };
    const options = { ...given, host: 'db', port: 3307, ...numbers, ssl };
    expect(mysqlConfig.parse({ ...options, password: 'pa55' })).toMatchObject(options);
  });

  it.each(['true', 'false', 'skip-verify'])('speaks TLS as the mode %s says', (mode) => {
    expect(modeOf({ ssl: { mode } })).toBe(mode);
  });

  it('takes the mode as YAML has it without quotes', () => {
    expect(modeOf({ ssl: { mode: true } })).toBe('true');
    expect(modeOf({ ssl: { mode: false } })).toBe('false');
  });

  it('checks against files wherever there are some, whatever the mode, as Dex does', () => {
    for (const mode of ['true', 'false', 'skip-verify', 'custom'])
      expect(modeOf({ ssl: { mode, caFile: '/ca' } })).toBe('custom');
    expect(modeOf({ ssl: { certFile: '/cert', keyFile: '/key' } })).toBe('custom');
  });

  it('speaks no TLS to a socket', () => {
    expect(mysqlConfig.parse({ ...given, host: '/run/mysqld/mysqld.sock' })).toMatchObject({
      host: '/run/mysqld/mysqld.sock',
      ssl: { mode: 'false' },
    });
    expect(modeOf({ host: '/run/s', ssl: { mode: 'false' } })).toBe('false');
  });

  it.each([
    [{ user: 'dex' }, 'database'],
    [{ database: 'dex' }, 'user'],
    [{ ...given, password: 'a', passwordFile: 'b' }, 'passwordFile'],
    [{ ...given, host: 'db:3307', port: 3306 }, 'port'],
    [{ ...given, ssl: { mode: 'verify-full' } }, 'ssl.mode'],
    [{ ...given, ssl: { mode: 1 } }, 'ssl.mode'],
    [{ ...given, ssl: { mode: 'custom' } }, 'ssl.mode'],
    [{ ...given, ssl: { certFile: 'c' } }, 'ssl'],
    [{ ...given, host: '/run/s', ssl: { mode: 'true' } }, 'ssl.mode'],
    [{ ...given, host: '/run/s', ssl: { caFile: '/ca' } }, 'ssl'],
    [{ ...given, params: {} }, ''],
  ])('refuses %j', (options, path) => {
    const { error } = mysqlConfig.safeParse(options);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
