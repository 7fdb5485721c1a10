/** The API for administrators of a built server, from its configuration to its end. */
import { writeFile } from 'node:fs/promises';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { type Certificate, createAuthority, freePort } from '@ostiary/tooling-servers';
import { expect, it } from 'vitest';
import { Dex } from '../src/administration/api/api_pb.ts';
import { startBuiltServer } from './built-server.ts';

it('is opened with the server, follows its files on SIGHUP, and ends with it though a channel is open', async () => {
  await using authority = await createAuthority();
  await using another = await createAuthority();
  const [server, portal, next] = await Promise.all([authority.issue(), authority.issue(), another.issue()]);
  const address = `127.0.0.1:${await freePort()}`;
  const files = `tlsCert: ${server.certificateFile}, tlsKey: ${server.keyFile}, tlsClientCA: ${authority.caFile}`;
  await using built = await startBuiltServer({ more: `grpc: { addr: "${address}", ${files} }` });
  const clientOf = ({ certificate: cert, key }: Certificate) =>
    createClient(
      Dex,
      createGrpcTransport({ baseUrl: `https://${address}`, nodeOptions: { ca: authority.ca, cert, key } }),
    );
  // It is opened after the listener whose answer was waited for.
  await expect
    .poll(() => built.server.log(), { timeout: 5000 })
    .toMatch(new RegExp(`msg=server\\.started .*${address}`));
  const api = clientOf(portal);
  expect((await api.getVersion({})).api).toBe(3);
  await writeFile(authority.caFile, another.ca);
  process.kill(built.server.pid, 'SIGHUP');
  await expect.poll(() => built.server.log(), { timeout: 5000 }).toContain('tls.reloaded');
  await expect(api.getVersion({})).rejects.toThrow();
  const open = clientOf(next);
  expect((await open.getVersion({})).api).toBe(3);
  process.kill(built.server.pid, 'SIGINT');
  await expect
    .poll(() => built.server.log(), { timeout: 5000 })
    .toMatch(/listener\.closed.* name=grpc\.addr requests=finished/);
});
