import { Agent, createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type LogLine, recordingLogger } from '../../test/fake-issuer.ts';
import { createFakeTimers, settle } from '../../test/fake-timers.ts';
import { openListener } from './listener.ts';
import { openListeners } from './listeners.ts';

const address = { host: '127.0.0.1', port: 0 };
const silent: RequestListener = (_request, response) => response.end('ok');

function deps() {
  const lines: LogLine[] = [];
  const timers = createFakeTimers();
  const readFile = () => Promise.reject(new Error('no file'));
  return { lines, timers, now: () => new Date(0), log: recordingLogger(lines), readFile };
}

/** A listener whose answers wait until they are let go. */
async function openSlow(drainMs = 1000) {
  const { promise: asked, resolve: arrived } = Promise.withResolvers<void>();
  const { promise: letGo, resolve: answer } = Promise.withResolvers<void>();
  const made = deps();
  const handler: RequestListener = (_request, response) => {
    arrived();
    void letGo.then(() => response.end('done'));
  };
  const listener = await openListener({ name: 'web.http', address, handler, drainMs }, made);
  return { ...made, listener, url: `http://${listener.address}/`, asked, answer };
}

/** The body and the `Connection` header of an answer, or the code of what went wrong. */
function fetchOn(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    get(url, { agent }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => {
        body += chunk;
      });
      answer.on('end', () => resolve(`${body} ${answer.headers.connection}`));
      answer.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
}

describe('closing', () => {
  it('takes no time when nobody is connected', async () => {
    const made = deps();
    const listener = await openListener({ name: 'web.http', address, handler: silent, drainMs: 1000 }, made);
    await listener[Symbol.asyncDispose]();
    expect(made.lines.at(-1)).toMatchObject({ event: 'listener.closed', requests: 'finished' });
    expect(made.timers.waiting).toEqual([]);
  });

  it('answers as before for a second, also when nobody is connected, if everybody is to hear of it', async () => {
    const made = deps();
    const listeners = await openListeners([{ name: 'web.http', address, handler: silent, drainMs: 25_000 }], made);
    const url = `http://${listeners.addresses[0]}/`;
    const closing = listeners.close('everybody');
    await settle();
    await made.timers.advance(999);
    expect(await fetchOn(url, new Agent())).toBe('ok close');
    await settle();
    await made.timers.advance(1);
    await Promise.all([closing, listeners[Symbol.asyncDispose]()]);
    expect(await fetchOn(url, new Agent())).toBe('ECONNREFUSED');
    expect(made.lines.filter(({ event }) => event === 'listener.closed')).toHaveLength(1);
    expect(made.timers.waiting).toEqual([]);
  });

  it('keeps an idle connection for longer than Go programs do, which is 90 s', async () => {
    const made = deps();
    const listener = await openListener({ name: 'web.http', address, handler: silent, drainMs: 1000 }, made);
    const agent = new Agent({ keepAlive: true });
    const { promise: answered, resolve } = Promise.withResolvers<IncomingMessage>();
    get(`http://${listener.address}/`, { agent }, resolve);
    const { headers } = await answered;
    const [, seconds] = /^timeout=(\d+)$/u.exec(String(headers['keep-alive'])) ?? [];
    expect(Number(seconds)).toBeGreaterThan(90);
    agent.destroy();
    const closing = listener.close('connected');
    await settle();
    await made.timers.advance(1000);
    await closing;
  });

  it('answers as before for a second, on old and new connections, and tells each that it ends', async () => {
    const made = deps();
    const listener = await openListener({ name: 'web.http', address, handler: silent, drainMs: 25_000 }, made);
    const url = `http://${listener.address}/`;
    const agent = new Agent({ keepAlive: true });
    expect(await fetchOn(url, agent)).toBe('ok keep-alive');
    const closing = listener[Symbol.asyncDispose]();
    await settle();
    await made.timers.advance(999);
    expect(await fetchOn(url, agent)).toBe('ok close');
    expect(await fetchOn(url, new Agent())).toBe('ok close');
    await made.timers.advance(1);
    await closing;
    expect(await fetchOn(url, new Agent())).toBe('ECONNREFUSED');
    expect(made.lines.at(-1)).toMatchObject({ event: 'listener.closed', requests: 'finished' });
    agent.destroy();
  });

  it('lets a request under way finish, and tells it that its connection ends', async () => {
    const { listener, url, asked, answer, lines, timers } = await openSlow(25_000);
    const pending = fetchOn(url, new Agent({ keepAlive: true }));
    await asked;
    const closing = listener[Symbol.asyncDispose]();
    await settle();
    await timers.advance(20_000);
    expect(lines.at(-1)?.event).not.toBe('listener.closed');
    answer();
    expect(await pending).toBe('done close');
    await settle();
    await timers.advance(50); // the next look at idle connections
    await closing;
    expect(lines.at(-1)).toMatchObject({ event: 'listener.closed', name: 'web.http', requests: 'finished' });
  });

  it('does not wait for connections on which nothing is asked, or was ever asked', async () => {
    const made = deps();
    const listener = await openListener({ name: 'web.http', address, handler: silent, drainMs: 25_000 }, made);
    const agent = new Agent({ keepAlive: true });
    const never = createConnection(Number(listener.address.split(':')[1]), '127.0.0.1');
    const ended = new Promise((resolve) => never.once('close', resolve));
    await fetchOn(`http://${listener.address}/`, agent); // the other one was accepted before
    const closing = listener[Symbol.asyncDispose]();
    await settle();
    await made.timers.advance(1000);
    await settle();
    await made.timers.advance(1000);
    await Promise.all([closing, ended]);
    expect(made.lines.at(-1)).toMatchObject({ event: 'listener.closed', requests: 'finished' });
    agent.destroy();
  });

  it('cuts what is not done at the limit, and says so', async () => {
    const { listener, url, asked, lines, timers } = await openSlow(25_000);
    const pending = fetchOn(url, new Agent());
    await asked;
    const closing = listener[Symbol.asyncDispose]();
    await settle();
    await timers.advance(24_999);
    expect(lines.at(-1)?.event).not.toBe('listener.closed');
    await timers.advance(1);
    expect(await pending).toBe('ECONNRESET');
    await closing;
    expect(lines.at(-1)).toMatchObject({ event: 'listener.closed', requests: 'cut' });
    expect(timers.waiting).toEqual([]);
  });
});

describe('an address that cannot be listened on', () => {
  it('is named with its key and what to do: in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo; // a server on a TCP port has no other kind of address
    const opening = openListener(
      { name: 'web.http', address: { ...address, port }, handler: silent, drainMs: 1 },
      deps(),
    );
    await expect(opening).rejects.toThrow(`web.http: 127.0.0.1:${port} is in use by another program.`);
    taken.close();
  });

  it('is named with its key and what to do: not of this machine', async () => {
    const elsewhere = { host: '192.0.2.1', port: 5556 };
    const opening = openListener({ name: 'telemetry.http', address: elsewhere, handler: silent, drainMs: 1 }, deps());
    await expect(opening).rejects.toThrow('telemetry.http: 192.0.2.1:5556 is not an address of this machine.');
  });

  it('closes those that were opened before it', async () => {
    const made = deps();
    const good = { name: 'web.http', address, handler: silent, drainMs: 1 };
    const bad = { ...good, name: 'web.https', address: { host: '192.0.2.1', port: 1 } };
    await expect(openListeners([good, bad], made)).rejects.toMatchObject({ code: 'config/invalid' });
    expect(made.lines.map(({ event, name }) => `${event} ${name}`)).toEqual([
      'listener.opened web.http',
      'listener.closed web.http',
    ]);
  });
});
