import { describe, expect, it } from 'vitest';
import { etcdConfig } from './config.ts';

const endpoints = ['https://etcd-1.example.com:2379'];
const originsOf = (options: object): readonly string[] => etcdConfig.parse(options).endpoints;

describe('configuration', () => {
  it('needs endpoints, and nothing else', () => {
    expect(etcdConfig.parse({ endpoints })).toEqual({ endpoints, namespace: '', ssl: {} });
  });

  it('is all that Dex has', () => {
    const ssl = { serverName: 'etcd', caFile: '/ca', keyFile: '/key', certFile: '/cert' };
    const options = { endpoints, namespace: 'dex', username: 'dex', ssl };
    const parsed = etcdConfig.parse({ ...options, password: 'pa55' });
    expect(parsed).toMatchObject(options);
    expect(parsed.password?.reveal()).toBe('pa55');
    expect(JSON.stringify(parsed)).not.toContain('pa55');
  });

  it('speaks TLS to an endpoint without a scheme where ssl says something, as Dex does', () => {
    expect(originsOf({ endpoints: ['Etcd-1:2379', '[::1]:2379'] })).toEqual([
      'http://etcd-1:2379',
      'http://[::1]:2379',
    ]);
    expect(originsOf({ endpoints: ['etcd-1:2379'], ssl: {} })).toEqual(['http://etcd-1:2379']);
    expect(originsOf({ endpoints: ['etcd-1:2379'], ssl: { caFile: '/ca' } })).toEqual(['https://etcd-1:2379']);
    expect(originsOf({ endpoints: ['HTTP://10.0.0.7:2379/'] })).toEqual(['http://10.0.0.7:2379']);
  });

  it.each([
    [{}, 'endpoints'],
    [{ endpoints: [] }, 'endpoints'],
    [{ endpoints: 'etcd-1:2379' }, 'endpoints'],
    [{ endpoints: [''] }, 'endpoints.0'],
    [{ endpoints: ['http://etcd-1'] }, 'endpoints.0'],
    [{ endpoints: [...endpoints, 'http://dex:pa55@etcd-1:2379'] }, 'endpoints.1'],
    [{ endpoints: ['http://etcd-1:2379/v3'] }, 'endpoints.0'],
    [{ endpoints: ['unix:///run/etcd.sock:0'] }, 'endpoints.0'],
    [{ endpoints: ['http://etcd-1:0'] }, 'endpoints.0'],
    [{ endpoints: ['etcd-1:70000'] }, 'endpoints.0'],
    [{ endpoints, username: 'dex' }, 'password'],
    [{ endpoints, password: 'pa55' }, 'username'],
    [{ endpoints, passwordFile: '/p' }, 'username'],
    [{ endpoints, username: 'dex', password: 'a', passwordFile: 'b' }, 'passwordFile'],
    [{ endpoints, ssl: { certFile: 'c' } }, 'ssl'],
    [{ endpoints: ['http://etcd-1:2379'], ssl: { caFile: '/ca' } }, 'ssl'],
    [{ endpoints, ssl: { mode: 'true' } }, 'ssl'],
    [{ endpoints, prefix: 'a' }, ''],
  ])('refuses %j', (options, path) => {
    const { error } = etcdConfig.safeParse(options);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('quotes no endpoint that it refuses: there may be a password in it', () => {
    const { error } = etcdConfig.safeParse({ endpoints: ['http://dex:pa55@etcd-1:2379'] });
    expect(JSON.stringify(error?.issues)).not.toContain('pa55');
  });
});
