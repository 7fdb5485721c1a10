import { describe, expect, it } from 'vitest';
import { startEtcd } from './etcd.ts';
import { requireTool } from './requirements.ts';

describe.skipIf(requireTool('etcd', 'openssl') !== undefined)('etcd', () => {
  it('keeps what it answered through a crash, over TLS and for users only', async () => {
    await using etcd = await startEtcd({ tls: 'IP:127.0.0.1', prefix: 'a/' });
    await etcd.ask('kv/put', { key: btoa('a/b'), value: btoa('kept') });
    await etcd.kill();
    await etcd.restart();
    expect(await etcd.ask('kv/range', { key: btoa('a/b') })).toMatchObject({ kvs: [{ value: btoa('kept') }] });
    await expect(etcd.ask('kv/range', {})).rejects.toThrow(/etcd refuses kv\/range: .*key is not provided/u);
  });
});
