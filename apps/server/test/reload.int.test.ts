/** The built server takes up a new configuration while it runs (docs/adr/0028). */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startOstiary } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, refresh, startBuiltServer } from './built-server.ts';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');

const hangUp = ({ server }: BuiltServer): void => void process.kill(server.pid, 'SIGHUP');

/** How often the log has it. */
const told = ({ server }: Pick<BuiltServer, 'server'>, event: string): number => server.log().split(event).length - 1;

async function change(built: BuiltServer, to: (text: string) => string): Promise<void> {
  await built.server.configure(to(await readFile(built.server.configFile, 'utf8')));
}

/** Changes the file, has it read, and waits until that is in the log. */
async function reload(built: BuiltServer, to: (text: string) => string, event = 'config.reloaded'): Promise<void> {
  const before = told(built, event);
  await change(built, to);
  hangUp(built);
  await expect.poll(() => told(built, event), { timeout: 30_000 }).toBe(before + 1);
}

async function knows({ url }: Pick<BuiltServer, 'url'>, client: string): Promise<boolean> {
  const query = new URLSearchParams({ client_id: client, redirect_uri: 'https://x.example/cb', response_type: 'code' });
  const answer = await fetch(`${url}/auth?${query}`, { redirect: 'manual' });
  return !(await answer.text()).includes('Unknown program');
}

const withWiki = (text: string): string =>
  text.replace('staticClients:', 'staticClients:\n  - { id: wiki, name: Wiki, public: true }');

describe('a server that is told to read its configuration again', () => {
  it('knows a new client, and people who are logged in notice nothing', async () => {
    await using built = await startBuiltServer();
    const tokens = await logIn(built.url);
    expect(await knows(built, 'wiki')).toBe(false);
    await reload(built, withWiki);
    expect(await knows(built, 'wiki')).toBe(true);
    expect((await refresh(built.url, tokens.refresh_token)).status).toBe(200);
  });

  it('answers every request meanwhile', async () => {
    await using built = await startBuiltServer();
    let isOver = false;
    const visitor = async (): Promise<number> => {
      let answered = 0;
      while (!isOver) {
        const { status } = await logIn(built.url);
        if (status !== 200) throw new Error(`a login was answered ${status}`);
        answered += 1;
      }
      return answered;
    };
    const visitors = [visitor(), visitor(), visitor()];
    for (const name of ['One', 'Two', 'Three'])
      await reload(built, (text) => text.replace(/name: App\w*/, `name: App${name}`));
    isOver = true;
    expect((await Promise.all(visitors)).every((answered) => answered > 0)).toBe(true);
  });

  it('publishes the key of an algorithm that only the new one wants, which signs when verifiers know it', async () => {
    await using built = await startBuiltServer();
    await reload(built, (text) => text.replace('{ id: app,', '{ id: app, signingAlgorithm: ES256,'));
    const { keys } = await (await fetch(`${built.url}/keys`)).json();
    expect(keys.map((key: { alg: string }) => key.alg)).toContain('ES256');
    // As after a restart: docs/adr/0004.
    expect(await logIn(built.url)).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
  });

  it('keeps the one in use when the new one is wrong, and says why', async () => {
    await using built = await startBuiltServer();
    await reload(built, (text) => withWiki(text).replace('name: Wiki', 'nam: Wiki'), 'config.reload_failed');
    expect(await knows(built, 'wiki')).toBe(false);
    await expect
      .poll(() => built.server.log())
      .toContain('staticClients[0].nam: is not a known key. Did you mean name?');
    expect((await logIn(built.url)).status).toBe(200);
    await reload(built, (text) => text.replace('nam: Wiki', 'name: Wiki'));
    expect(await knows(built, 'wiki')).toBe(true);
  });

  it('keeps it whole when what was opened at the start has changed', async () => {
    await using built = await startBuiltServer();
    await reload(
      built,
      (text) => withWiki(text).replace(/web: \{ http: "[^"]+"/, `web: { http: "127.0.0.1:${1}"`),
      'config.reload_failed',
    );
    await expect
      .poll(() => built.server.log())
      .toContain('web.http: what the server was started with cannot change while it runs.');
    expect(await knows(built, 'wiki')).toBe(false);
  });
});

describe('ostiary serve --watch', () => {
  it('takes up what is written to the file, in place or by renaming, and nothing else', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}/dex`;
    const text = (name: string): string => `issuer: ${url}\nstorage: { type: memory }\nweb: { http: "${address}" }
connectors: [{ type: mockCallback, id: mock, name: Mock }]
staticClients: [{ id: ${name}, name: Client, public: true }]\n`;
    await using server = await startOstiary({
      command: process.execPath,
      args: (file) => [main, 'serve', '--watch', file],
      config: text('one'),
      readyUrl: `${url}/healthz`,
    });
    const there = { url, server };
    await writeFile(server.configFile, text('two'));
    await expect.poll(() => knows(there, 'two'), { timeout: 30_000 }).toBe(true);
    await writeFile(join(server.folder, 'beside'), 'x');
    await writeFile(`${server.configFile}.new`, text('three'));
    await rename(`${server.configFile}.new`, server.configFile);
    await expect.poll(() => knows(there, 'three'), { timeout: 30_000 }).toBe(true);
    await expect.poll(() => told(there, 'config.reloaded')).toBe(2);
    await writeFile(server.configFile, 'issuer: [');
    await expect.poll(() => told(there, 'config.reload_failed'), { timeout: 30_000 }).toBe(1);
    expect(await knows(there, 'three')).toBe(true);
  });
});
