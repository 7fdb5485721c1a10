import { mysqlStorage } from '@ostiary/storage-mysql';
import { createAuthority, type MariadbServer, requireTool, startMariadb } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf, deps, noMariadb } from './support.ts';

const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });

describe.skipIf((noMariadb ?? requireTool('openssl')) !== undefined)('TLS', () => {
  const stack = new AsyncDisposableStack();
  let named: MariadbServer;
  let other: MariadbServer;
  let caFile = '';
  let strangerFile = '';
  beforeAll(async () => {
    named = stack.use(await startMariadb({ tls: 'IP:127.0.0.1' }));
    other = stack.use(await startMariadb({ tls: 'DNS:localhost' }));
    strangerFile = stack.use(await createAuthority()).caFile;
    caFile = named.authority?.caFile ?? '';
    await named.query(
      "CREATE USER encrypted@'%' IDENTIFIED BY 'pa55' REQUIRE SSL; GRANT ALL ON ostiary.* TO encrypted",
    );
    await named.query(
      "CREATE USER certified@'%' IDENTIFIED BY 'pa55' REQUIRE X509; GRANT ALL ON ostiary.* TO certified",
    );
  });
  afterAll(() => stack.disposeAsync());

  const open = async (server: MariadbServer, options: object): Promise<void> => {
    await using _storage = await mysqlStorage.open(await configOf({ ...server.login, ...options }), deps);
  };
  const otherCa = (): string => other.authority?.caFile ?? '';

  it('is not spoken in the mode false, and spoken in all others', async () => {
    const encrypted = { user: 'encrypted', password: 'pa55' };
    await open(named, { ssl: { mode: 'false' } });
    await expect(open(named, { ...encrypted, ssl: { mode: 'false' } })).rejects.toMatchObject(
      refused('refuses this user'),
    );
    await open(named, { ...encrypted, ssl: { mode: 'skip-verify' } });
    await open(named, { ...encrypted, ssl: { caFile } });
    await expect(open(named, {})).rejects.toMatchObject(
      refused('has a certificate that is not trusted. Set ssl.caFile'),
    );
  });

  it('looks at the certificate wherever a CA is named, whatever the mode', async () => {
    for (const mode of ['true', 'false', 'skip-verify', 'custom']) {
      await expect(open(named, { ssl: { mode, caFile: strangerFile } })).rejects.toMatchObject(
        refused('is not trusted'),
      );
    }
  });

  it('looks at the name, or the address', async () => {
    const wrong = refused('has a certificate for another name. Correct host');
    await open(other, { host: 'localhost', ssl: { caFile: otherCa() } });
    await expect(open(other, { ssl: { caFile: otherCa() } })).rejects.toMatchObject(wrong);
    await expect(open(named, { host: 'localhost', ssl: { caFile } })).rejects.toMatchObject(wrong);
  });

  it('shows the certificate of the client', async () => {
    const certificate = await named.authority?.issue();
    const client = { certFile: certificate?.certificateFile, keyFile: certificate?.keyFile };
    const certified = { user: 'certified', password: 'pa55' };
    await open(named, { ...certified, ssl: { caFile, ...client } });
    await expect(open(named, { ...certified, ssl: { caFile } })).rejects.toMatchObject(refused('refuses this user'));
  });

  it('names the file that cannot be read', async () => {
    await expect(open(named, { ssl: { caFile: '/nowhere.pem' } })).rejects.toMatchObject(
      refused('ssl.caFile: the file cannot be read'),
    );
    const { password: _, ...login } = named.login;
    const config = await configOf({ ...login, passwordFile: '/nowhere', ssl: { mode: 'skip-verify' } });
    await expect(mysqlStorage.open(config, deps)).rejects.toMatchObject(refused('passwordFile: the file cannot be'));
  });
});
