import { recordingLogger } from '@ostiary/connector-sdk/testing';
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { load, minimal } from '../test/load-config.ts';
import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { createReload } from './reload.ts';

const clients = (...ids: readonly string[]): string =>
  `staticClients: [${ids.map((id) => `{id: ${id}, name: ${id}, public: true}`).join(', ')}]`;

/** A server that runs with one file, and finds another one when it is told to read it again. */
async function start(first: string) {
  const log = recordingLogger();
  const applied: string[][] = [];
  let find = (): Promise<LoadedConfig> => load(first);
  let apply = async (_config: Config): Promise<void> => {};
  const reload = createReload({
    used: await load(first),
    load: () => find(),
    apply: async (config) => {
      await apply(config);
      applied.push(config.clients.map(({ id }) => id));
    },
    log,
  });
  return {
    ...{ reload, applied, log },
    events: () => log.lines.map(({ event }) => event),
    finds(text: string | (() => Promise<LoadedConfig>)) {
      find = typeof text === 'string' ? () => load(text) : text;
    },
    onApply(action: typeof apply) {
      apply = action;
    },
  };
}

describe('a configuration that is read again', () => {
  it('counts, with its warnings in the log', async () => {
    const server = await start(minimal(clients('a')));
    server.finds(minimal(`${clients('a', 'b')}\nfrontend: {theme: tectonic}`));
    await server.reload();
    expect(server.applied).toEqual([['a', 'b']]);
    expect(server.events()).toEqual(['config.warning', 'config.reloaded']);
    expect(server.log.lines.at(-1)?.fields).toEqual({ clients: 2, connectors: 1 });
  });

  it.each([
    ['issuer', (text: string) => text.replace('/dex', '/other')],
    ['web.http', (text: string) => text.replace('"127.0.0.1:5556"', '"127.0.0.1:5557"')],
    ['storage', (text: string) => text.replace('type: memory', 'type: sqlite3, config: {file: /tmp/x.db}')],
    ['telemetry', (text: string) => `${text}\ntelemetry: {http: ":5558"}`],
    ['logger', (text: string) => `${text}\nlogger: {level: debug}`],
  ])('is refused as a whole when it changes what was opened at the start: %s', async (part, change) => {
    const server = await start(minimal(clients('a')));
    const changed = change(minimal(clients('a', 'b')));
    expect(changed).not.toBe(minimal(clients('a', 'b')));
    server.finds(changed);
    await server.reload();
    expect(server.applied).toEqual([]);
    expect(server.events()).toEqual(['config.reload_failed']);
    expect(String(server.log.lines[0]?.fields?.error)).toContain(
      `${part}: what the server was started with cannot change`,
    );
    server.finds(minimal(clients('a', 'b')));
    await server.reload();
    expect(server.applied).toEqual([['a', 'b']]);
  });

  it('is left when it is wrong, and the next one counts', async () => {
    const server = await start(minimal(clients('a')));
    server.finds(minimal('staticClients: [{id: a}]'));
    await server.reload();
    expect(server.applied).toEqual([]);
    expect(server.events()).toEqual(['config.reload_failed']);
    server.finds(minimal(clients('c')));
    await server.reload();
    expect(server.applied).toEqual([['c']]);
  });

  it('is left when something of it cannot be opened', async () => {
    const server = await start(minimal(clients('a')));
    server.onApply(() => Promise.reject(new OstiaryError('storage/unavailable', 'no keys')));
    await server.reload();
    expect(server.events()).toEqual(['config.reload_failed']);
    server.onApply(async () => {});
    await server.reload();
    expect(server.events()).toEqual(['config.reload_failed', 'config.reloaded']);
  });

  it('is read one after another when asked for several times', async () => {
    const server = await start(minimal(clients('a')));
    let atOnce = 0;
    let most = 0;
    server.onApply(async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
    });
    await Promise.all([server.reload(), server.reload(), server.reload()]);
    expect({ most, times: server.applied.length }).toEqual({ most: 1, times: 3 });
  });
});
