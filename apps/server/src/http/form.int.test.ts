import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { endpoint, hostOptions, ok } from '../../test/fake-issuer.ts';
import { listen } from '../../test/listen.ts';
import { ask, type Sent } from '../../test/request.ts';
import { BODY_LIMIT } from './body-text.ts';
import { createHost } from './host.ts';

const type = 'application/x-www-form-urlencoded';
const token = endpoint(
  '/token',
  ({ form }) => ({ ...ok, body: JSON.stringify(form === undefined ? 'none' : [...form]) }),
  {
    methods: ['POST'],
    audience: 'program',
  },
);

async function post(body: string | Uint8Array, headers: Sent['headers'] = {}) {
  const options = hostOptions([token]);
  await using host = await listen(() => createHost(options));
  return await ask(host.origin, '/dex/token', { method: 'POST', headers: { 'content-type': type, ...headers }, body });
}

describe('a form', () => {
  it.each([
    [
      'a=b&c=d+e%26',
      [
        ['a', 'b'],
        ['c', 'd e&'],
      ],
    ],
    [
      'a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['a=%C3%A9', [['a', 'é']]],
    ['', []],
    ['a', [['a', '']]],
  ])('%j is read as it was written, twice what comes twice', async (body, form) => {
    expect(JSON.parse((await post(body)).body)).toEqual(form);
  });

  it.each([type, `${type}; charset=UTF-8`, type.toUpperCase(), ` ${type} ;x`])(
    'of the type %j is a form',
    async (contentType) => {
      expect(JSON.parse((await post('a=b', { 'content-type': contentType })).body)).toEqual([['a', 'b']]);
    },
  );

  it.each([
    { 'content-type': 'application/json' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-encoding': 'gzip' },
  ])('with %j is none', async (headers) => {
    const body = 'content-encoding' in headers ? gzipSync('a=b') : 'a=b';
    expect(JSON.parse((await post(body, headers)).body)).toBe('none');
  });

  it.each([
    ['a broken escape', 'a=%zz'],
    ['half an escape', 'a=%4'],
    ['an overlong escape', 'a=%c0%af'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0x3d, 0xff])],
  ])('with %s is refused', async (_what, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      error: 'invalid_request',
      error_description: 'The request is not encoded as HTTP forms are. Request id: request-1',
    });
  });

  it('may be as long as the limit', async () => {
    expect((await post(`a=${'x'.repeat(BODY_LIMIT - 2)}`)).status).toBe(200);
  });

  it.each([
    ['that says so', { 'content-length': BODY_LIMIT + 1 }],
    ['that does not say how long it is', { 'transfer-encoding': 'chunked' }],
  ])('that is longer is refused, one %s too, and the connection ends', async (_what, headers) => {
    const answer = await post(`a=${'x'.repeat(BODY_LIMIT - 1)}`, headers);
    expect({ status: answer.status, connection: answer.headers.connection }).toEqual({
      status: 413,
      connection: 'close',
    });
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' });
  });

  it('of more fields than anybody needs is refused', async () => {
    expect((await post('a=&'.repeat(999))).status).toBe(200);
    expect((await post('a=&'.repeat(1000))).status).toBe(413);
  });

  it('may be longer where the endpoint says so', async () => {
    const largestForm = 2 * BODY_LIMIT;
    await using host = await listen(() => createHost(hostOptions([{ ...token, largestForm }])));
    const status = async (length: number) => {
      const sent = { method: 'POST', headers: { 'content-type': type }, body: 'x'.repeat(length) } as const;
      return (await ask(host.origin, '/dex/token', sent)).status;
    };
    expect([await status(largestForm), await status(largestForm + 1)]).toEqual([200, 413]);
  });

  it('that is announced too long is refused before it was sent', async () => {
    await using host = await listen(() => createHost(hostOptions([token])));
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = createConnection(host.port, '127.0.0.1');
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        socket.destroy();
        resolve(chunk.toString());
      });
      socket.write(
        `POST /dex/token HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 1000000000\r\n\r\n`,
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});
