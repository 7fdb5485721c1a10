import { postgresStorage } from '@ostiary/storage-postgres';
import { createAuthority, type PostgresServer, requireTool, startPostgres } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf, deps } from './support.ts';

const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });

describe.skipIf(requireTool('postgres', 'initdb', 'psql', 'openssl') !== undefined)('TLS', () => {
  const stack = new AsyncDisposableStack();
  let named: PostgresServer;
  let other: PostgresServer;
  let caFile = '';
  let strangerFile = '';
  beforeAll(async () => {
    const hba = ['hostssl certified all all scram-sha-256 clientcert=verify-ca'];
    named = stack.use(await startPostgres({ tls: 'IP:127.0.0.1,DNS:localhost', hba }));
    other = stack.use(await startPostgres({ tls: 'DNS:db.example.com' }));
    strangerFile = stack.use(await createAuthority()).caFile;
    caFile = named.authority?.caFile ?? '';
    await named.query('CREATE DATABASE certified');
  });
  afterAll(() => stack.disposeAsync());

  /** Whether the connection that was made is encrypted, as the server sees it. */
  async function speaksTls(server: PostgresServer, options: object): Promise<boolean> {
    await using _storage = await postgresStorage.open(await configOf({ ...server.login, ...options }), deps);
    const found = await server.query(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'ostiary'",
    );
    return found === 't\n';
  }
  const otherCa = (): string => other.authority?.caFile ?? '';

  it('is not spoken in the mode disable, and spoken in all others', async () => {
    expect(await speaksTls(named, { ssl: { mode: 'disable' } })).toBe(false);
    expect(await speaksTls(named, { ssl: { mode: 'require' } })).toBe(true);
    expect(await speaksTls(named, { ssl: { mode: 'verify-ca', caFile } })).toBe(true);
    expect(await speaksTls(named, { ssl: { mode: 'verify-full', caFile } })).toBe(true);
    expect(await speaksTls(named, { ssl: { caFile }, host: 'localhost' })).toBe(true);
  });

  it('looks at the certificate in the modes verify-ca and verify-full, and wherever a CA is named', async () => {
    const open = (ssl: object): Promise<boolean> => speaksTls(named, { ssl });
    await expect(open({})).rejects.toMatchObject(refused('has a certificate that is not trusted. Set ssl.caFile'));
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      await expect(open({ mode, caFile: strangerFile })).rejects.toMatchObject(refused('is not trusted'));
    }
    await expect(open({ mode: 'verify-ca' })).rejects.toMatchObject(refused('is not trusted'));
  });

  it('looks at the name only in the mode verify-full', async () => {
    const open = (mode: string): Promise<boolean> => speaksTls(other, { ssl: { mode, caFile: otherCa() } });
    expect(await open('require')).toBe(true);
    expect(await open('verify-ca')).toBe(true);
    await expect(open('verify-full')).rejects.toMatchObject(refused('has a certificate for another name'));
    const byName = { host: 'localhost', ssl: { caFile: otherCa() } };
    await expect(speaksTls(other, byName)).rejects.toMatchObject(refused('has a certificate for another name'));
  });

  it('shows the certificate of the client', async () => {
    const database = 'certified';
    const certificate = await named.authority?.issue();
    const client = { certFile: certificate?.certificateFile, keyFile: certificate?.keyFile };
    expect(await speaksTls(named, { database, ssl: { caFile, ...client } })).toBe(true);
    await expect(speaksTls(named, { database, ssl: { caFile } })).rejects.toMatchObject(refused('pg_hba.conf'));
  });

  it('names the file that cannot be read', async () => {
    await expect(speaksTls(named, { ssl: { caFile: '/nowhere.pem' } })).rejects.toMatchObject(
      refused('ssl.caFile: the file cannot be read'),
    );
    const { password: _, ...login } = named.login;
    const config = await configOf({ ...login, passwordFile: '/nowhere', ssl: { mode: 'require' } });
    await expect(postgresStorage.open(config, deps)).rejects.toMatchObject(refused('passwordFile: the file cannot be'));
  });
});
