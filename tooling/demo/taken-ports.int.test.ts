import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { freePort } from '@ostiary/tooling-servers';
import { expect, it } from 'vitest';
import { demoPorts, portsProblem } from './taken-ports.mjs';

it('names the ports that somebody listens on, and leaves the others free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  const free = await freePort();
  expect(await portsProblem([free, port])).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} is in use by another program`));
  expect(await portsProblem([free])).toBeUndefined();
  server.close();
});

it('npm start asks for its ports before it installs and builds', async () => {
  const root = dirname(dirname(import.meta.dirname));
  const { prestart } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
  expect(prestart).toMatch(/^node tooling\/demo\/ask-for-ports\.mjs && node tooling\/bootstrap\/bootstrap\.mjs /);
  const [port] = demoPorts;
  const other = createServer().listen(port, '127.0.0.1');
  // Where a demo runs already, that one has the port, and it is as good.
  await Promise.race([once(other, 'listening'), once(other, 'error').catch(() => undefined)]);
  const { status, stderr } = spawnSync(process.execPath, ['tooling/demo/ask-for-ports.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  other.close();
  expect({ status, stderr }).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^ostiary demo: .*127\.0\.0\.1:5556.* in use by another program\. Is npm start running/,
    ),
  });
});
