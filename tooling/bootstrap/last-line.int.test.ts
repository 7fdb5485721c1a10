/** What a script of this workspace says last is the last line; npm has nothing to add. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = dirname(dirname(import.meta.dirname));

it('npm does not ask for a newer npm, to tell of it behind that line', async () => {
  const asked: (string | undefined)[] = [];
  const registry = createServer(({ url }, response) => {
    asked.push(url);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const { port } = registry.address() as AddressInfo; // a server on a TCP port has no other kind of address
  const home = mkdtempSync(join(tmpdir(), 'ostiary-last-line-'));
  writeFileSync(join(home, 'package.json'), '{ "name": "x", "scripts": { "start": "node --version && echo last" } }');
  cpSync(join(root, '.npmrc'), join(home, '.npmrc'));
  // Nothing of the machine but its programs: npm never asks for who says that this is CI.
  const env = { PATH: process.env.PATH, HOME: join(home, 'home'), npm_config_registry: `http://127.0.0.1:${port}/` };
  const { stdout } = await promisify(execFile)('npm', ['start'], { cwd: home, env });
  registry.close();
  rmSync(home, { recursive: true });
  expect({ asked, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({ asked: [], last: 'last' });
});
