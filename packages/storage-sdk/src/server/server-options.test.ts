import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { completeServer, needWholePair, serverContradictions, serverShape, tlsFileShape } from './server-options.ts';

const user = 'dex';
const schema = z.strictObject(serverShape({ defaultPort: 7, socket: 'a socket' }));
const complete = (written: object) => completeServer(schema.parse({ user, ...written }), 7);
const wrongPaths = (written: object): readonly string[] => {
  const { data, error } = schema.safeParse(written);
  if (error !== undefined) return error.issues.map(({ path }) => path.join('.'));
  return [...serverContradictions(data)].map(([path]) => path.join('.'));
};

describe('the options of a server', () => {
  it('need a user, and have the defaults of Dex for what is absent or 0', () => {
    const defaults = { host: 'localhost', port: 7, user, connectionTimeout: 5, maxOpenConns: 5, maxIdleConns: 5 };
    expect(complete({})).toEqual({ ...defaults, connMaxLifetime: 0 });
    const zeros = { port: 0, connectionTimeout: 0, maxOpenConns: 0, maxIdleConns: 0, connMaxLifetime: 0 };
    expect(complete(zeros)).toEqual(complete({}));
  });

  it.each([
    ['db.example.com', 'db.example.com', 7],
    ['db.example.com:6432', 'db.example.com', 6432],
    ['10.0.0.7:6432', '10.0.0.7', 6432],
    ['::1', '::1', 7],
    ['[::1]', '::1', 7],
    ['[fd00::7]:6432', 'fd00::7', 6432],
    ['/run/with:colon', '/run/with:colon', 7],
  ])('are read from the host %s', (host, name, port) => {
    expect(complete({ host })).toMatchObject({ host: name, port });
  });

  it('may say the port twice', () => {
    expect(wrongPaths({ user, host: 'db:6432', port: 6432 })).toEqual([]);
  });

  it.each([
    [{}, 'user'],
    [{ user: '' }, 'user'],
    [{ user, password: 'a', passwordFile: 'b' }, 'passwordFile'],
    [{ user, host: 'mysql://dex:pa55@db.example.com' }, 'host'],
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
  ])('are refused: %j', (written, path) => {
    expect(wrongPaths(written)).toEqual([path]);
  });

  it('hide the password', () => {
    expect(JSON.stringify(complete({ password: 'hunter2' }))).not.toContain('hunter2');
  });

  it('have a certificate with its key', () => {
    const pair = z.strictObject(tlsFileShape).superRefine(needWholePair);
    expect(pair.safeParse({}).success).toBe(true);
    expect(pair.safeParse({ certFile: 'a', keyFile: 'b' }).success).toBe(true);
    for (const half of [{ certFile: 'a' }, { keyFile: 'b' }]) expect(pair.safeParse(half).success).toBe(false);
  });
});
