import { readFile, rename, writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { Agent, get } from 'node:https';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type SecureVersion } from 'node:tls';
import {
  type CertificateAuthority,
  createAuthority,
  makeRsaCertificate,
  type TemporaryFolder,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LogLine, recordingLogger } from '../../test/fake-issuer.ts';
import { createFakeTimers, settle } from '../../test/fake-timers.ts';
import { type SelfSignedOptions, selfSigned } from '../../test/self-signed.ts';
import { openListener } from './listener.ts';
import { loadTls } from './tls-files.ts';

const text = (path: string): Promise<string> => readFile(path, 'utf8');

let authority: CertificateAuthority;
let folder: TemporaryFolder;
beforeAll(async () => {
  [authority, folder] = await Promise.all([createAuthority(), temporaryFolder('tls')]);
});
afterAll(() => Promise.all([authority[Symbol.asyncDispose](), folder[Symbol.asyncDispose]()]));

const files = () => ({ certFile: join(folder.path, 'tls.crt'), keyFile: join(folder.path, 'tls.key') });

/** Puts a new certificate in place as a secret volume does: whole files under a new name, then renamed. */
async function replaceCertificate(validity?: SelfSignedOptions): Promise<void> {
  const { certificate, key } = await (validity === undefined ? authority.issue() : selfSigned(validity));
  for (const [path, content] of Object.entries({ [files().certFile]: certificate, [files().keyFile]: key })) {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  }
}

async function rsaKey(): Promise<string> {
  return text((await makeRsaCertificate({ folder: folder.path, name: 'of-another-kind' })).keyFile);
}

interface Opened {
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** The time when it is opened. */
  readonly at?: string;
  readonly handler?: RequestListener;
  readonly drainMs?: number;
}

async function open({
  at,
  handler = (_request, response) => response.end('ok'),
  drainMs = 1000,
  ...versions
}: Opened = {}) {
  const lines: LogLine[] = [];
  const timers = createFakeTimers();
  const clock = { now: at === undefined ? new Date() : new Date(at) };
  const listener = await openListener(
    {
      name: 'web.https',
      address: { host: '127.0.0.1', port: 0 },
      handler,
      tls: { block: 'web', ...files(), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ...versions },
      drainMs,
    },
    { timers, now: () => clock.now, log: recordingLogger(lines), readFile: text },
  );
  const port = Number(listener.address.split(':')[1]);
  // The clients of a test are gone, whether or not the server has noticed; its farewell to them takes made-up time.
  const close = async (): Promise<void> => {
    const closing = listener[Symbol.asyncDispose]();
    let open = true;
    void closing.then(() => {
      open = false;
    });
    while (open) {
      await new Promise(setImmediate);
      await timers.advance(1000);
    }
  };
  return { listener, port, lines, timers, clock, closing: { [Symbol.asyncDispose]: close } };
}

/** Serial number of the certificate and the version that were agreed on, or the code of the refusal. */
function handshake(
  port: number,
  options: ConnectionOptions = {},
): Promise<{ serial: string; protocol: string | null } | string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ...options }, () => {
      resolve({ serial: socket.getPeerCertificate().serialNumber, protocol: socket.getProtocol() });
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/** The `Connection` header of an answer over HTTPS. */
function connectionOf(port: number, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent, ca: authority.ca }, (answer) => {
      answer.resume().on('end', () => resolve(answer.headers.connection));
    }).on('error', reject);
  });
}

// Node's own client refuses old versions unless it is told that their ciphers will do.
const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
const weak: ConnectionOptions = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0' };

describe('a TLS listener', () => {
  it('shows a new certificate to new connections, and says so once', async () => {
    await replaceCertificate();
    const { listener, port, lines, closing } = await open();
    await using _open = closing;
    const before = await handshake(port);
    await replaceCertificate();
    await listener.reload();
    await listener.reload();
    const after = await handshake(port);
    expect(after).toMatchObject({ protocol: 'TLSv1.3' });
    expect(after).not.toEqual(before);
    expect(lines.filter(({ event }) => event.startsWith('tls.reload'))).toMatchObject([{ event: 'tls.reloaded' }]);
  });

  it('tells whoever asks that the connection ends, once it is told to end', async () => {
    await replaceCertificate();
    const { listener, port, closing } = await open();
    await using _open = closing;
    const agent = new Agent({ keepAlive: true });
    expect(await connectionOf(port, agent)).toBe('keep-alive');
    void listener.close('everybody');
    expect(await connectionOf(port, agent)).toBe('close');
  });

  it('waits for a request under way, not for a connection that never began its handshake', async () => {
    await replaceCertificate();
    const asked = Promise.withResolvers<ServerResponse>();
    const { listener, port, lines, timers } = await open({ drainMs: 25_000, handler: (_, to) => asked.resolve(to) });
    const silent = createConnection(port, '127.0.0.1');
    const pending = connectionOf(port, new Agent()); // the silent one was accepted before
    const answer = await asked.promise;
    const closing = listener.close('connected');
    await settle();
    await timers.advance(1000); // the farewell
    await settle();
    await timers.advance(1000); // to those that may have their request on the way
    // Sooner than the ten seconds that a handshake may take.
    await vi.waitFor(() => expect(silent.closed).toBe(true), 5000);
    answer.end('ok');
    expect(await pending).toBe('close');
    await settle();
    await timers.advance(50); // the next look at idle connections
    await closing;
    expect(lines.at(-1)).toMatchObject({ event: 'listener.closed', requests: 'finished' });
  });

  it('looks at its files every minute, for file systems that tell nothing', async () => {
    await replaceCertificate();
    const { listener, port, timers, closing } = await open();
    await using _open = closing;
    const before = await handshake(port);
    await replaceCertificate();
    await timers.advance(60_000);
    await listener.reload(); // waits for the one that runs
    expect(await handshake(port)).not.toEqual(before);
    expect(timers.waiting).toContain(60_000);
  });

  it.each([
    ['a file that is not there yet', async () => rename(files().keyFile, `${files().keyFile}.gone`)],
    ['half a file', async () => writeFile(files().certFile, (await text(files().certFile)).slice(0, 200))],
    ['the key of another certificate', async () => writeFile(files().keyFile, (await authority.issue()).key)],
    ['a key of another kind', async () => writeFile(files().keyFile, await rsaKey())],
    ['an empty certificate', async () => writeFile(files().certFile, '')],
    ['an empty key', async () => writeFile(files().keyFile, '')],
    [
      'two empty files',
      async () => void (await Promise.all(Object.values(files()).map((path) => writeFile(path, '')))),
    ],
  ])('keeps the certificate it has when it finds %s, and logs why', async (_what, spoil) => {
    await replaceCertificate();
    const { listener, port, lines, closing } = await open();
    await using _open = closing;
    const before = await handshake(port);
    await spoil();
    await listener.reload();
    expect(await handshake(port)).toEqual(before);
    const failed = lines.filter(({ event }) => event === 'tls.reload_failed');
    expect(failed).toHaveLength(1);
    expect(String(failed[0]?.error)).toContain('tls.');
  });

  it('says once what is wrong with its files, again when asked, of another fault and after a success', async () => {
    await replaceCertificate();
    const { listener, lines, timers, closing } = await open();
    await using _open = closing;
    const count = (event: string) => lines.filter((line) => line.event === event).length;
    const spoil = async () => writeFile(files().keyFile, (await authority.issue()).key);
    await spoil();
    for (let minute = 0; minute < 3; minute += 1) await timers.advance(60_000);
    await listener.reload(); // waits for those that run
    expect(count('tls.reload_failed')).toBe(2);
    await writeFile(files().keyFile, '');
    await timers.advance(60_000);
    await vi.waitFor(() => expect(count('tls.reload_failed')).toBe(3));
    await replaceCertificate();
    await timers.advance(60_000);
    await vi.waitFor(() => expect(count('tls.reloaded')).toBe(1));
    await writeFile(files().keyFile, '');
    await timers.advance(60_000);
    await vi.waitFor(() => expect(count('tls.reload_failed')).toBe(4));
  });

  it('says once when its certificate ends, at the start, while it runs and of a new one', async () => {
    await replaceCertificate({ notBefore: new Date('2031-01-02'), notAfter: new Date('2031-02-01') });
    const { listener, lines, timers, clock, closing } = await open({ at: '2031-01-01' });
    await using _open = closing;
    const told = () => lines.filter(({ event }) => event.startsWith('tls.certificate_')).map(({ event }) => event);
    expect(told()).toEqual(['tls.certificate_not_yet_valid']);
    for (const day of ['2031-01-24', '2031-01-25', '2031-01-26', '2031-02-01', '2031-02-02']) {
      clock.now = new Date(day);
      await timers.advance(60_000);
      await listener.reload(); // waits for the one that runs
    }
    expect(told().slice(1)).toEqual(['tls.certificate_ends_soon', 'tls.certificate_expired']);
    await replaceCertificate({ notBefore: new Date('2030-01-01'), notAfter: new Date('2031-01-01') });
    await listener.reload();
    expect(told().slice(3)).toEqual(['tls.certificate_expired']);
    expect(lines.at(-1)).toMatchObject({ level: 'warn', certificate: files().certFile, until: new Date('2031-01-01') });
  });

  it('speaks no old version and no weak cipher, before and after a new certificate', async () => {
    await replaceCertificate();
    const { listener, port, closing } = await open();
    await using _open = closing;
    const refused = /ALERT|VERSION|HANDSHAKE|RESET|PROTOCOL/;
    for (const _time of ['before', 'after']) {
      expect(await handshake(port, old)).toMatch(refused);
      expect(await handshake(port, weak)).toMatch(refused);
      expect(await handshake(port, { maxVersion: 'TLSv1.2' })).toMatchObject({ protocol: 'TLSv1.2' });
      await replaceCertificate();
      await listener.reload();
    }
  });

  it('keeps to the versions of the configuration after a new certificate', async () => {
    await replaceCertificate();
    const { listener, port, closing } = await open({ minVersion: 'TLSv1.3' });
    await using _open = closing;
    await replaceCertificate();
    await listener.reload();
    expect(await handshake(port, { maxVersion: 'TLSv1.2' })).toBeTypeOf('string');
    expect(await handshake(port)).toMatchObject({ protocol: 'TLSv1.3' });
  });
});

describe('certificate files that cannot be used', () => {
  const settings = {
    block: 'web',
    certFile: '/c.pem',
    keyFile: '/k.pem',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  } as const;

  it.each([
    ['web.tlsCert: /c.pem cannot be read', { '/k.pem': 'x' }],
    ['web.tlsKey: /k.pem cannot be read', { '/c.pem': 'x' }],
    ['web.tlsCert: /c.pem is empty', { '/c.pem': '', '/k.pem': 'PRIVATE' }],
    ['web.tlsKey: /k.pem is empty', { '/c.pem': 'x', '/k.pem': ' \n' }],
    ['/k.pem is empty', { '/c.pem': '', '/k.pem': '' }],
    ['/c.pem and /k.pem do not work together', { '/c.pem': 'x', '/k.pem': 'PRIVATE' }],
  ])('are named: %s', async (message, there: Readonly<Record<string, string>>) => {
    const read = async (path: string): Promise<string> => there[path] ?? Promise.reject(new Error('ENOENT'));
    const error = await loadTls(settings, read).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config/invalid', message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('PRIVATE');
  });
});
