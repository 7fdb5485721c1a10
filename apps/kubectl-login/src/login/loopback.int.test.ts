import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type ListenerOptions, parseListenAddress, startListener } from './loopback.ts';

const state = 's'.repeat(43);
const path = '/callback/unguessable';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly method?: string;
  readonly host?: string;
  /** In the place of the path. */
  readonly target?: string;
}

/** A request as a browser, a program or another page of this machine would send it. */
function send(url: string, { method = 'GET', host, target }: Sent = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = host === undefined ? {} : { host };
  const at = target === undefined ? {} : { path: target };
  const sent = request(url, { method, headers, agent: false, ...at }, (answer) => {
    let body = '';
    answer.on('data', (chunk) => {
      body += chunk;
    });
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

async function listening(redeem: ListenerOptions['redeem'] = async () => {}) {
  const redeemed: string[] = [];
  const listener = await startListener({
    address: '127.0.0.1:0',
    path,
    state,
    redeem: (parameters) => {
      redeemed.push(parameters.toString());
      return redeem(parameters);
    },
  });
  return { listener, url: listener.redirectUri, origin: new URL(listener.redirectUri).origin, redeemed };
}

describe('the listener that the browser comes back to', () => {
  it('hands on what the issuer answered, once, and shows a page that nothing can be put into', async () => {
    const { listener, url, redeemed } = await listening();
    await using _open = listener;
    const answer = await send(`${url}?code=abc&state=${state}&iss=x`);
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('You can close this tab') });
    expect(answer.headers).toMatchObject({
      'referrer-policy': 'no-referrer', // the address has the code in it
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-/),
    });
    expect((await send(`${url}?code=another&state=${state}`)).status).toBe(400);
    expect(redeemed).toEqual([`code=abc&state=${state}&iss=x`]);
  });

  it.each([
    ['without state', '?code=evil'],
    ['with another state', `?code=evil&state=${'x'.repeat(43)}`],
    ['with half the state', `?code=evil&state=${state.slice(0, 20)}`],
    ['with two states', `?code=evil&state=${state}&state=${state}`],
    ['with an error and no state', '?error=access_denied'],
  ])('turns away an answer %s, and goes on waiting for the right one', async (_what, query) => {
    const { listener, url, redeemed } = await listening();
    await using _open = listener;
    expect((await send(url + query)).status).toBe(400);
    expect(redeemed).toEqual([]);
    expect((await send(`${url}?code=good&state=${state}`)).status).toBe(200);
  });

  it.each([
    ['another path', '/callback/x', 'GET', 404],
    ['the root', '/', 'GET', 404],
    ['an icon', '/favicon.ico', 'GET', 404],
    ['a form', path, 'POST', 405],
    ['a look at the headers', path, 'HEAD', 405],
    ['a preflight', path, 'OPTIONS', 405],
  ])('turns away %s', async (_what, at, method, status) => {
    const { listener, origin, redeemed } = await listening();
    await using _open = listener;
    const answer = await send(`${origin}${at}?code=evil&state=${state}`, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(redeemed).toEqual([]);
  });

  it.each(['http://evil.example', 'http://[', '*'])('turns away what is no path: %s', async (start) => {
    const { listener, url, redeemed } = await listening();
    await using _open = listener;
    const target = start === '*' ? start : `${start}${path}?code=evil&state=${state}`;
    expect((await send(url, { target })).status).toBe(404);
    expect(redeemed).toEqual([]);
    expect((await send(`${url}?code=good&state=${state}`)).status).toBe(200);
  });

  it.each(['evil.example', 'localhost', '127.0.0.1', 'user@127.0.0.1'])(
    'turns away a request for the host %s: a name may have been made to point here',
    async (host) => {
      const { listener, url, redeemed } = await listening();
      await using _open = listener;
      const port = host === 'localhost' ? `:${new URL(url).port}` : '';
      expect((await send(`${url}?code=evil&state=${state}`, { host: `${host}${port}` })).status).toBe(400);
      expect(redeemed).toEqual([]);
    },
  );

  it('says on the page when the login came to nothing, and not why', async () => {
    const { listener, url } = await listening(() => Promise.reject(new Error('<script>secret</script>')));
    await using _open = listener;
    const { status, body } = await send(`${url}?code=abc&state=${state}`);
    expect(status).toBe(400);
    expect(body).toContain('The terminal says why');
    expect(body).not.toContain('secret');
  });

  it('ends although somebody keeps a connection open', async () => {
    const { listener, url } = await listening(() => new Promise(() => {}));
    const hanging = send(`${url}?code=abc&state=${state}`).catch((error: NodeJS.ErrnoException) => error.code);
    await send(`${url}?x`); // the one before has been accepted
    await listener[Symbol.asyncDispose]();
    expect(await hanging).toBe('ECONNRESET');
  });

  it('says what to do when the port is taken', async () => {
    const { listener, url } = await listening();
    await using _open = listener;
    const address = new URL(url).host;
    await expect(startListener({ address, path, state, redeem: async () => {} })).rejects.toMatchObject({
      message: `Cannot listen on ${address} (EADDRINUSE).`,
      detail: { remedy: expect.stringContaining('--listen-address') },
    });
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['127.1.2.3:8000', { host: '127.1.2.3', port: 8000 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('may be %s', (text, parsed) => expect(parseListenAddress(text)).toEqual(parsed));

  it.each([
    '0.0.0.0:80',
    '[::]:80',
    '192.168.1.2:80',
    'localhost:80',
    '127.0.0.1',
    ':80',
    '127.0.0.1:65536',
    '127.0.0.1.evil:80',
    'evil127.0.0.1:80',
    '127.0.0.1:655350',
    '127.0.0.1:80/',
    '127.1:80',
    '[127.0.0.1]:80',
    '',
  ])('may not be %j, which others could reach or which is none', (text) =>
    expect(() => parseListenAddress(text)).toThrow('is not an address to listen on'),
  );
});
