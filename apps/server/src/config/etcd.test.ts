import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';

const { certificate, key } = await selfSigned();
const files = { '/ca.pem': certificate, '/client.pem': certificate, '/client.key': key };

/** A configuration with this storage, as a Dex has it. */
const withStorage = (config: string): string =>
  minimal().replace(/storage.*/u, `storage: {type: etcd, config: {${config}}}`);

describe('storage.type etcd', () => {
  it.each([
    'endpoints: ["http://localhost:2379"], namespace: my-etcd-namespace/',
    'endpoints: ["etcd-1:2379", "etcd-2:2379"], username: dex, password: $ETCD_PASSWORD',
    'ENDPOINTS: ["https://etcd-1:2379"], SSL: {ServerName: etcd, caFile: /ca.pem, certFile: /client.pem, keyFile: /client.key}',
  ])('takes a block of Dex without a warning: %s', async (block) => {
    const { config, warnings } = await load(withStorage(block), { files, env: { ETCD_PASSWORD: 'pa55' } });
    expect(warnings).toEqual([]);
    expect(config.storage).toMatchObject({ type: 'etcd', durable: true });
  });

  it.each([
    ['', 'endpoints: is missing. Add it.'],
    ['endpoints: ["http://dex:pa55@etcd-1:2379"]', 'endpoints[0]: is no endpoint.'],
    ['endpoints: [$NO]', 'endpoints[0]: is empty.'],
    ['endpoints: ["etcd-1:2379"], username: dex', 'password: is missing, and there is a username.'],
    ['endpoints: ["http://etcd-1:2379"], ssl: {caFile: /ca.pem}', 'ssl: is set, and no endpoint speaks TLS.'],
    ['endpoints: ["etcd-1:2379"], ssl: {caFile: /none}', 'ssl.caFile: is neither PEM'],
    ['endpoints: ["etcd-1:2379"], prefix: a', 'prefix: is not a known key.'],
  ])('refuses {%s} with where it is and why', async (block, problem) => {
    expect(await problemsOf(withStorage(block), { files })).toEqual([
      expect.stringContaining(`storage.config.${problem}`),
    ]);
  });
});
