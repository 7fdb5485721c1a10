import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';

const { certificate, key } = await selfSigned();
const files = { '/ca.pem': certificate, '/client.pem': certificate, '/client.key': key };

/** A configuration with this storage, as a Dex has it. */
const withStorage = (config: string): string =>
  minimal().replace(/storage.*/u, `storage: {type: mysql, config: {${config}}}`);

describe('storage.type mysql', () => {
  it('takes a block of Dex with all its keys, without a warning', async () => {
    const block = `host: db.example.com, port: 3306, database: dex_db, user: dex, password: $DB_PASSWORD,
      connectionTimeout: 5, maxOpenConns: 10, maxIdleConns: 5, connMaxLifetime: 600,
      ssl: {mode: custom, caFile: /ca.pem, certFile: /client.pem, keyFile: /client.key}`;
    const { config, warnings } = await load(withStorage(block), { files, env: { DB_PASSWORD: 'pa55' } });
    expect(warnings).toEqual([]);
    expect(config.storage).toMatchObject({ type: 'mysql', durable: true });
  });

  it.each(['false', '"false"', 'skip-verify'])('takes keys whatever their case, and the mode %s', async (mode) => {
    const { warnings } = await load(withStorage(`Host: "db:3307", USER: dex, Database: dex, SSL: {Mode: ${mode}}`));
    expect(warnings).toEqual([]);
  });

  it.each([
    ['user: dex', 'database: is missing. Add it.'],
    ['user: dex, database: dex, ssl: {mode: verify-full}', 'ssl.mode: '],
    ['user: dex, database: dex, ssl: {mode: custom}', 'ssl.mode: is custom, and there is no file.'],
    ['user: dex, database: dex, params: {}', 'params: is not a known key.'],
    ['user: dex, database: dex, ssl: {caFile: /none}', 'ssl.caFile: is neither PEM'],
    ['user: dex, database: dex, host: "db:1", port: 2', 'port: is set besides the port in host.'],
    ['user: dex, database: dex, host: /run/s, ssl: {mode: true}', 'ssl.mode: is true, and host is a socket'],
  ])('refuses {%s} with where it is and why', async (block, problem) => {
    expect(await problemsOf(withStorage(block), { files })).toEqual([
      expect.stringContaining(`storage.config.${problem}`),
    ]);
  });
});
