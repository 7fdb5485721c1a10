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

  it('takes the address of the API for administrators', async () => {
    const open = await run(['check', 'c.yaml', '--grpc-addr', '127.0.0.1:4'], minimal());
    expect(open).toMatchObject({ code: 0, out: expect.stringContaining('grpc 127.0.0.1:4') });
    const closed = await run(['check', 'c.yaml', '--grpc-addr', ':4'], minimal());
    expect(closed).toMatchObject({ code: 0, err: expect.stringContaining('grpc.addr: is not opened') });
    expect(closed.out).not.toContain('grpc');
  });
});

describe('ostiary kubernetes authentication-config', () => {
  const command = ['kubernetes', 'authentication-config', 'c.yaml'];
  const clients = 'staticClients: [{ id: kubectl, name: kubectl, secret: kept-to-itself }]';
  const text = minimal(clients)
    .replace('http://127.0.0.1:5556', 'https://login.example.com')
    .replace('memory', 'sqlite3, config: {file: /nowhere/ostiary.db}');

  it('prints a file, opens no storage, and tells no secret', async () => {
    const { code, out, err } = await run([...command, '--client', 'kubectl', '--username-prefix', ''], text);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^apiVersion: apiserver\.config\.k8s\.io\/v1\n/u);
    expect(out).not.toContain('kept-to-itself');
    const older = await run([...command, '--client', 'kubectl', '--api-version', 'v1beta1'], text);
    expect(older.out).toContain('apiserver.config.k8s.io/v1beta1\n');
    expect((await run([...command, '--client', 'kubectl', '--flags'], text)).out).toMatch(/^--oidc-issuer-url=https:/u);
  });

  it('prints what to know on the other channel', async () => {
    const peer = '{ id: ci, name: ci, secret: s, signingAlgorithm: EdDSA }';
    const peered = text.replace('kept-to-itself }', `s, trustedPeers: [ci] }, ${peer}`);
    const { code, err } = await run([...command, '--client', 'kubectl'], peered);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^warning: c\.yaml: staticClients\[0\]\.trustedPeers: /u),
    });
  });

  it.each([
    [[], "required option '--client <id>' not specified"],
    [['--client', 'a', '--client', 'b'], 'It is there twice'],
    [['--client', 'kubectl', '--flags', '--api-version', 'v1'], 'cannot be used with'],
    [['--client', 'kubectl', '--api-version', 'v2'], 'Allowed choices are v1, v1beta1'],
    [['--client', 'other'], 'there is no client "other"'],
  ])('prints nothing but the reason for %j', async (args, reason) => {
    const { code, out, err } = await run([...command, ...args], text);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(reason) });
  });
});

describe.each(['check', 'serve'])('ostiary %s', (command) => {
  it('says that no file was named', async () => {
    expect((await run([command, ''], '')).err).toMatch(/^ostiary: No file was named\. /u);
  });
});
