import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { type OstiaryServer, startOstiary } from './ostiary.ts';
import { probe } from './probe.ts';

/** A server that answers 200 with the text in its configuration file, and dies of a bad one. */
const program = `
  const { port, text } = JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8'));
  if (text === 'bad') { console.error('config: text must not be bad'); process.exit(3); }
  require('node:http').createServer((_, reply) => reply.end(text + process.env.SUFFIX)).listen(port, '127.0.0.1');`;

async function start(text: string): Promise<OstiaryServer & { readonly url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startOstiary({
    command: process.execPath,
    args: (configFile) => ['--eval', program, configFile],
    config: JSON.stringify({ port, text }),
    env: { SUFFIX: '!' },
    readyUrl: url,
  });
  return Object.assign(server, { url });
}

const read = async (url: string): Promise<string> => (await fetch(url)).text();

describe('ostiary', () => {
  it('starts a server with a configuration file, and crashes and restarts it on the same port', async () => {
    await using server = await start('one');
    expect(await read(server.url)).toBe('one!');
    await server.kill();
    expect(await probe(server.url)).toBeUndefined();
    const config = await readFile(server.configFile, 'utf8');
    await server.configure(config.replace('one', 'two'));
    await server.restart();
    expect(await read(server.url)).toBe('two!');
  });

  it('leaves neither process nor folder behind', async () => {
    const server = await start('one');
    const { pid } = server;
    await server[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    await expect(readFile(server.configFile)).rejects.toThrow(/ENOENT/);
  });

  it('shows what the server said when it ends early', async () => {
    await expect(start('bad')).rejects.toThrow(/ostiary ended early \(code 3\)\nconfig: text must not be bad/);
  });
});
