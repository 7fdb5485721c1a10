import { etcdStorage } from '@ostiary/storage-etcd';
import {
  type Certificate,
  type CertificateAuthority,
  createAuthority,
  type EtcdServer,
  requireTool,
  startEtcd,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf, deps, noEtcd, optionsOf } from './support.ts';

const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });
const gone = (words: string) => ({ code: 'storage/unavailable', message: expect.stringContaining(words) });

describe.skipIf((noEtcd ?? requireTool('openssl')) !== undefined)('TLS with client certificates', () => {
  const stack = new AsyncDisposableStack();
  let server: EtcdServer;
  let other: EtcdServer;
  let stranger: CertificateAuthority;
  let client: Pick<Certificate, 'certificateFile' | 'keyFile'> = { certificateFile: '', keyFile: '' };
  const ssl = (files: object = {}): Readonly<Record<string, unknown>> => ({
    caFile: server.authority?.caFile,
    certFile: client.certificateFile,
    keyFile: client.keyFile,
    ...files,
  });
  beforeAll(async () => {
    server = stack.use(await startEtcd({ tls: 'IP:127.0.0.1,DNS:etcd.example.com', prefix: 'ostiary/' }));
    other = stack.use(await startEtcd());
    stranger = stack.use(await createAuthority());
    client = (await server.authority?.issue(undefined, '/O=client')) ?? client;
  });
  afterAll(() => stack.disposeAsync());

  const open = async (options: object): Promise<void> => {
    await using storage = await etcdStorage.open(await configOf({ ...optionsOf(server), ...options }), deps);
    await storage.put(['a'], 1, { ifVersion: 'any' });
    expect((await storage.take(['a']))?.value).toBe(1);
  };

  it('is spoken with certificate and password, also where the name in the certificate is given', async () => {
    await open({ ssl: ssl() });
    await open({ ssl: ssl({ serverName: 'etcd.example.com' }) });
    await open({ endpoints: [`127.0.0.1:${server.port}`], ssl: ssl() });
  });

  it('looks at the certificate and the name', async () => {
    await expect(open({})).rejects.toMatchObject(refused('is not trusted. Set ssl.caFile'));
    await expect(open({ ssl: ssl({ caFile: stranger.caFile }) })).rejects.toMatchObject(refused('is not trusted'));
    await expect(open({ ssl: ssl({ serverName: 'db' }) })).rejects.toMatchObject(refused('set ssl.serverName'));
    const endpoints = [`https://localhost:${server.port}`];
    await expect(open({ endpoints, ssl: ssl() })).rejects.toMatchObject(refused('for another name. Correct endpoints'));
  });

  it('tells that a certificate is wanted, or is not taken', async () => {
    const { authority } = server;
    const foreign = await stranger.issue(undefined, '/O=client');
    const files = { certFile: foreign.certificateFile, keyFile: foreign.keyFile };
    // etcd closes the connection, and whether its reason is read before is chance.
    const told = /client certificate|ssl\.certFile/u;
    for (const some of [{ caFile: authority?.caFile }, ssl(files)]) {
      await expect(open({ ssl: some })).rejects.toThrow(told);
    }
  });

  it('takes no certificate with a CommonName where users log in, and says so', async () => {
    const named = await server.authority?.issue(undefined, '/CN=ostiary');
    const files = { certFile: named?.certificateFile, keyFile: named?.keyFile };
    await expect(open({ ssl: ssl(files) })).rejects.toMatchObject(refused('with a CommonName while users log in'));
  });

  it('is not spoken where none is, and the other way round', async () => {
    const endpoints = [`http://127.0.0.1:${server.port}`];
    await expect(open({ endpoints })).rejects.toMatchObject(gone('if it speaks TLS, write https://'));
    await expect(open({ endpoints: [`https://127.0.0.1:${other.port}`], ssl: ssl() })).rejects.toMatchObject(
      gone('or speak no TLS (http://)'),
    );
  });

  it('names the file that cannot be used', async () => {
    await expect(open({ ssl: ssl({ caFile: '/nowhere.pem' }) })).rejects.toMatchObject(
      refused('ssl.caFile: the file cannot be read'),
    );
    const { keyFile } = await stranger.issue();
    await expect(open({ ssl: ssl({ keyFile }) })).rejects.toMatchObject(refused('is not the key of ssl.certFile'));
  });
});
