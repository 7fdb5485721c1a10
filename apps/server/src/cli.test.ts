import { describe, expect, it } from 'vitest';
import { minimal } from '../test/load-config.ts';
import { runCli } from './cli.ts';
import type { Effects } from './effects.ts';

/** Runs a command over a file `c.yaml`, and answers its exit code and what it printed. */
async function run(args: readonly string[], text: string): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const nothing = (): never => {
    throw new Error('not for commands that start nothing');
  };
  const effects: Effects = {
    env: () => undefined,
    proxies: {},
    readFile: async () => text,
    now: () => new Date('2031-01-01T00:00:00Z'),
    elapsed: nothing,
    random: nothing,
    newRequestId: nothing,
    jitter: nothing,
    timers: { after: nothing },
    signals: { untilStop: nothing, onHangUp: nothing },
    nodeWarnings: { writeTo: nothing },
    threads: { names: nothing, priority: nothing, setPriority: nothing },
    exit: nothing,
    print: (more) => {
      printed.out += more;
    },
    printError: (more) => {
      printed.err += more;
    },
  };
  const code = await runCli(args, effects);
  return { code, ...printed };
}

describe('ostiary check', () => {
  const withoutAddresses = minimal().replace(/web:.*/u, 'web: {tlsCert: c.pem, tlsKey: k.pem}');

  it('takes the addresses of the command line, as serve does', async () => {
    const { code } = await run(['check', 'c.yaml'], withoutAddresses);
    expect(code).toBe(1);
    const checked = await run(
      ['check', 'c.yaml', '--web-http-addr', '127.0.0.1:1', '--telemetry-addr', ':2'],
      withoutAddresses,
    );
    expect(checked).toMatchObject({ code: 0, err: '' });
    expect(checked.out).toContain('http 127.0.0.1:1, telemetry :2');
    const https = await run(['check', 'c.yaml', '--web-https-addr', ':3'], withoutAddresses);
    expect(https.err).toContain('web.tlsCert: c.pem and k.pem do not work together.');
  });

  it('knows the option of Dex that Ostiary has nothing for', async () => {
    const { code, err } = await run(['check', 'c.yaml', '--grpc-addr', ':4'], minimal());
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('--grpc-addr: is ignored: Ostiary has no') });
  });
});

describe.each(['check', 'serve'])('ostiary %s', (command) => {
  it('says that no file was named', async () => {
    expect((await run([command, ''], '')).err).toMatch(/^ostiary: No file was named\. /u);
  });
});
