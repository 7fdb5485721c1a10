import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@ostiary/tooling-servers';
import { expect, it } from 'vitest';
import { takenPorts } from './taken-ports.ts';

it('names the ports that somebody listens on, and leaves the others free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  const free = await freePort();
  expect(await takenPorts([free, port])).toEqual([port]);
  expect(await takenPorts([free])).toEqual([]);
  server.close();
});
