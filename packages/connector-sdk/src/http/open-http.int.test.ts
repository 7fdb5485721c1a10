import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createPlainServer, type Server as PlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttp } from './open-http.ts';

const dir = mkdtempSync(join(tmpdir(), 'ostiary-http-'));
const servers: PlainServer[] = [];

const answers: RequestListener = (request, response) => {
  switch (request.url) {
    case '/redirect':
      return response.writeHead(302, { location: '/ok' }).end();
    case '/large':
      return response.end(Buffer.alloc(200_000));
    case '/endless': {
      response.writeHead(200);
      const timer = setInterval(() => response.write(Buffer.alloc(50_000)), 1);
      return void response.on('close', () => clearInterval(timer));
    }
    case '/bomb':
      return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)));
    case '/silent':
      return undefined;
    case '/stalls':
      return void response.writeHead(200).write('{');
    case '/breaks':
      response.writeHead(200, { 'content-length': '100' }).write('{');
      return void setImmediate(() => response.destroy());
    case '/echo':
      return void request.pipe(response.setHeader('x-type', request.headers['content-type'] ?? ''));
    default:
      return response.end('ok');
  }
};

async function listen(server: PlainServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // a TCP server has no string address
}

const tls = { key: '', cert: '' };
const base = { http: '', https: '' };

beforeAll(async () => {
  const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:idp.example'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'pipe' });
  tls.key = readFileSync(join(dir, 'key.pem'), 'utf8');
  tls.cert = readFileSync(join(dir, 'cert.pem'), 'utf8');
  base.http = `http://127.0.0.1:${await listen(createServer(answers))}`;
  base.https = `https://127.0.0.1:${await listen(createTlsServer(tls, answers))}`;
});

afterAll(async () => {
  for (const server of servers) {
    if (server instanceof Server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(dir, { recursive: true, force: true });
});

const unavailable = (reason: string) => ({
  code: 'upstream/unavailable',
  detail: { host: expect.any(String), reason },
});

describe('openHttp', () => {
  it('answers like fetch', async () => {
    await using open = openHttp({});
    const form = new URLSearchParams({ a: 'b c' });
    const response = await open()(`${base.http}/echo`, { method: 'POST', body: form });
    expect(response).toBeInstanceOf(Response);
    expect(response.url).toBe(`${base.http}/echo`);
    expect(response.headers.get('x-type')).toContain('application/x-www-form-urlencoded');
    expect(await response.text()).toBe('a=b+c');
    const request = new Request(`${base.http}/echo`, {
      method: 'POST',
      body: 'text',
      headers: { 'content-type': 'x/y' },
    });
    expect(await (await open()(request)).text()).toBe('text');
  });

  it('does not follow a redirect unless asked to', async () => {
    await using open = openHttp({});
    expect((await open()(`${base.http}/redirect`)).status).toBe(302);
    expect((await open()(new Request(`${base.http}/redirect`))).status).toBe(302);
    expect(await (await open()(`${base.http}/redirect`, { redirect: 'follow' })).text()).toBe('ok');
  });

  it.each(['/large', '/endless', '/bomb'])('breaks off a body that is too large: %s', async (path) => {
    await using open = openHttp({});
    const reading = open({ maxBytes: 100_000 })(`${base.http}${path}`).then((response) => response.text());
    await expect(reading).rejects.toMatchObject({ code: 'upstream/protocol', detail: { maxBytes: 100_000 } });
  });

  it.each(['/silent', '/stalls'])('gives up after the total time, body included: %s', async (path) => {
    await using open = openHttp({});
    const reading = open({ timeoutMs: 200 })(`${base.http}${path}`).then((response) => response.text());
    await expect(reading).rejects.toMatchObject(unavailable('TimeoutError'));
  });

  it('says unavailable for a connection that breaks or is refused', async () => {
    await using open = openHttp({});
    const reading = open()(`${base.http}/breaks`).then((response) => response.text());
    await expect(reading).rejects.toMatchObject({ code: 'upstream/unavailable' });
    await expect(open()('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('lets the caller break off, with the reason of the caller', async () => {
    await using open = openHttp({});
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(open()(`${base.http}/ok`, { signal })).rejects.toThrow('enough');
  });

  it('refuses an unknown certificate, takes a trusted one, and skips the check when told to', async () => {
    await using open = openHttp({});
    await expect(open()(base.https)).rejects.toMatchObject(unavailable('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect((await open({ certificateAuthorities: [tls.cert] })(base.https)).status).toBe(200);
    expect((await open({ insecureSkipVerify: true })(base.https)).status).toBe(200);
    await expect(open()(base.https)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('shows a client certificate', async () => {
    const asked = { ...tls, requestCert: true, ca: [tls.cert], rejectUnauthorized: true };
    const url = `https://127.0.0.1:${await listen(createTlsServer(asked, answers))}`;
    await using open = openHttp({});
    const certificateAuthorities = [tls.cert];
    const clientCertificate = { certificate: tls.cert, key: tls.key };
    expect((await open({ certificateAuthorities, clientCertificate })(url)).status).toBe(200);
    await expect(open({ certificateAuthorities })(url)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('goes through the proxy, and checks the certificate of the provider behind it', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, client) => {
      tunnels.push(request.url ?? '');
      const upstream = connect(Number(new URL(base.https).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    const HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`;
    await using open = openHttp({ HTTPS_PROXY });
    await expect(open()('https://idp.example/')).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect((await open({ certificateAuthorities: [tls.cert] })('https://idp.example/')).status).toBe(200);
    expect(tunnels).toEqual(['idp.example:443', 'idp.example:443']);
  });

  it.each([
    ['100 and then 200', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'],
    ['103 and then 200', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'],
    [
      '101',
      'HTTP/1.1 101 No\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
    ],
    ['200 and another 200', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'],
    ['203', 'HTTP/1.1 203 No\r\ncontent-length: 2\r\n\r\n{}'],
    ['400', 'HTTP/1.1 400 No\r\ncontent-length: 25\r\n\r\n{"error":"invalid_grant"}'],
    ['407', 'HTTP/1.1 407 No\r\ncontent-length: 2\r\n\r\n{}'],
    ['junk', 'SSH-2.0-x\r\n\r\n{}'],
  ])('takes nothing of what a proxy says in the place of a provider: %s', async (_what, answer) => {
    let received = '';
    const proxy = createPlainServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (received.endsWith('\r\n\r\n')) socket.end(answer);
      });
    });
    const HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`;
    await using open = openHttp({ HTTPS_PROXY });
    const asked = open({ timeoutMs: 1000 })('https://idp.example/token', { method: 'POST', body: 'the code' });
    await expect(asked).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect(received).toMatch(/^CONNECT idp\.example:443 /);
    expect(received).not.toContain('POST');
  });

  it('shares connections between callers with the same options', async () => {
    await using open = openHttp({});
    expect(open({ timeoutMs: 1, maxBytes: 2 })).toBe(open({ maxBytes: 2, timeoutMs: 1 }));
    expect(open({ timeoutMs: 1 })).not.toBe(open({ timeoutMs: 2 }));
  });
});
