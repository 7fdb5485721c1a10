import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';

const { certificate, key } = await selfSigned();
const files = { '/ca.pem': certificate, '/client.pem': certificate, '/client.key': key };

/** A configuration with this storage, as a Dex has it. */
const withStorage = (config: string): string =>
  minimal().replace(/storage.*/u, `storage: {type: postgres, config: {${config}}}`);

describe('storage.type postgres', () => {
  it('takes a block of Dex with all its keys, without a warning', async () => {
    const block = `host: db.example.com, port: 5432, database: dex_db, user: dex, password: $DB_PASSWORD,
      connectionTimeout: 5, maxOpenConns: 10, maxIdleConns: 5, connMaxLifetime: 600,
      ssl: {mode: verify-ca, caFile: /ca.pem, certFile: /client.pem, keyFile: /client.key}`;
    const { config, warnings } = await load(withStorage(block), { files, env: { DB_PASSWORD: 'pa55' } });
    expect(warnings).toEqual([]);
    expect(config.storage).toMatchObject({ type: 'postgres', durable: true });
  });

  it('takes keys whatever their case, as Dex does', async () => {
    const { warnings } = await load(withStorage('Host: db, USER: dex, maxopenconns: 3, SSL: {Mode: disable}'));
    expect(warnings).toEqual([]);
  });

  it.each([
    ['host: db', 'user: is missing. Add it.'],
    ['user: dex, ssl: {mode: prefer}', 'ssl.mode: '],
    ['user: dex, sslMode: disable', 'sslMode: is not a known key.'],
    ['user: dex, port: 0x1ffff', 'port: is no port.'],
    ['user: dex, maxOpenConns: -1', 'maxOpenConns: is negative.'],
    ['user: dex, ssl: {caFile: /none}', 'ssl.caFile: is neither PEM'],
    ['user: dex, host: "db:1", port: 2', 'port: is set besides the port in host.'],
  ])('refuses {%s} with where it is and why', async (block, problem) => {
    expect(await problemsOf(withStorage(block), { files })).toEqual([
      expect.stringContaining(`storage.config.${problem}`),
    ]);
  });
});
