import { once } from 'node:events';
import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { endpoint, hostOptions, ok } from '../../test/fake-issuer.ts';
import { listen } from '../../test/listen.ts';
import { ask, type Sent } from '../../test/request.ts';
import { BODY_LIMIT } from './body-text.ts';
import { createHost } from './host.ts';

const type = 'application/json';
const review = endpoint(
  '/token/review',
  ({ form, json }) => ({ ...ok, body: JSON.stringify(form === undefined ? { json } : { form: [...form] }) }),
  { methods: ['POST'], audience: 'program', reads: 'json' },
);
/** As most endpoints are: it reads forms. */
const { reads: _json, ...others } = review;
const token = { ...others, path: '/token' } as const;

async function post(body: string | Uint8Array, headers: Sent['headers'] = {}, path = '/dex/token/review') {
  await using host = await listen(() => createHost(hostOptions([review, token])));
  return await ask(host.origin, path, { method: 'POST', headers: { 'content-type': type, ...headers }, body });
}

describe('a body of JSON', () => {
  it.each(['{"a":{"b":["c",1,null,true]}}', '"text"', 'null', '0', '[]', ' {"a": "é"}\n'])(
    '%s is read where the endpoint reads it',
    async (body) => {
      expect(JSON.parse((await post(body)).body)).toEqual({ json: JSON.parse(body) });
    },
  );

  it.each([type, `${type}; charset=UTF-8`, type.toUpperCase(), ` ${type} ;x`])(
    'has the type %j',
    async (contentType) => {
      expect(JSON.parse((await post('{}', { 'content-type': contentType })).body)).toEqual({ json: {} });
    },
  );

  it.each([
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/jsonp' },
    { 'content-encoding': 'gzip' },
  ])('with %j is none, and no form either', async (headers) => {
    const body = 'content-encoding' in headers ? gzipSync('{}') : '{}';
    expect(JSON.parse((await post(body, headers)).body)).toEqual({});
  });

  it('is none where the endpoint reads forms', async () => {
    expect(JSON.parse((await post('{}', {}, '/dex/token')).body)).toEqual({});
  });

  it.each([
    ['an end that is missing', '{"a":'],
    ['nothing in it', ''],
    ['a form in it', 'a=b'],
    ['a comma too many', '{"a":1,}'],
    ['more behind it', '{} {}'],
    ['a mark of the byte order', '\ufeff{}'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['another charset', Buffer.from('{}', 'utf16le')],
  ])('with %s is refused', async (_what, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      error: 'invalid_request',
      error_description: 'The body is not JSON in UTF-8. Request id: request-1',
    });
  });

  it('has the last value of a name that comes twice, and reaches no prototype', async () => {
    const body = '{"a":1,"a":2,"__proto__":{"polluted":true}}';
    expect((await post(body)).body).toBe('{"json":{"a":2,"__proto__":{"polluted":true}}}');
    expect({}).not.toHaveProperty('polluted');
  });

  it('may be as long as the limit, of brackets alone, too', async () => {
    const deep = '['.repeat(BODY_LIMIT / 2) + ']'.repeat(BODY_LIMIT / 2);
    const nothing = { ...review, handle: async () => ok };
    await using host = await listen(() => createHost(hostOptions([nothing])));
    const sent = { method: 'POST', headers: { 'content-type': type } } as const;
    expect((await ask(host.origin, '/dex/token/review', { ...sent, body: deep })).status).toBe(200);
    expect((await post(`"${'x'.repeat(BODY_LIMIT - 2)}"`)).status).toBe(200);
  });

  it.each([
    ['that says so', { 'content-length': BODY_LIMIT + 1 }],
    ['that does not say how long it is', { 'transfer-encoding': 'chunked' }],
  ])('that is longer is refused, one %s too, and the connection ends', async (_what, headers) => {
    const answer = await post(`"${'x'.repeat(BODY_LIMIT - 1)}"`, headers);
    expect({ status: answer.status, connection: answer.headers.connection }).toEqual({
      ...{ status: 413, connection: 'close' },
    });
  });

  it('that breaks off reaches no endpoint, and the next request is answered', async () => {
    let asked = 0;
    const counting = endpoint('/token/review', () => ({ ...ok, body: String(++asked) }), {
      methods: ['POST'],
      reads: 'json',
    });
    await using host = await listen(() => createHost(hostOptions([counting])));
    const socket = createConnection(host.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end(`POST /dex/token/review HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 9\r\n\r\n{}`);
    socket.resume();
    await once(socket, 'close');
    const sent = { method: 'POST', headers: { 'content-type': type }, body: '{}' } as const;
    expect((await ask(host.origin, '/dex/token/review', sent)).body).toBe('1');
  });
});
