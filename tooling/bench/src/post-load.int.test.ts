import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { post } from './post-load.ts';

async function withServer<T>(listener: RequestListener, use: (url: URL) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listens on a port, so it is no text
  try {
    return await use(new URL(`http://127.0.0.1:${port}/token`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const echo: RequestListener = (request, reply) => {
  void text(request).then((form) => {
    const body = `${request.method} ${request.url} ${request.headers.authorization} ${form}`;
    reply.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    reply.write(body.slice(0, 5)); // in two pieces
    reply.end(body.slice(5));
  });
};

const inPieces: RequestListener = (_request, reply) => {
  reply.write('x');
  reply.end();
};

describe('post', () => {
  it('posts as many forms as it was told, and tells of every answer', async () => {
    const answers: string[] = [];
    let made = 0;
    const rate = await withServer(echo, (url) =>
      post(
        {
          ...{ url, connections: 3, headers: { authorization: 'Basic YQ==' } },
          form: () => `n=${++made}`,
          onAnswer: (body) => void answers.push(body),
        },
        10,
      ),
    );
    expect(rate).toBeGreaterThan(0);
    const expected = Array.from({ length: 10 }, (_, index) => `POST /token Basic YQ== n=${index + 1}`);
    expect(answers.toSorted()).toEqual(expected.toSorted());
  });

  it.each<[string, RequestListener, string]>([
    ['an error', (_request, reply) => void reply.writeHead(500, { 'content-length': 0 }).end(), '500'],
    ['an answer without a length', inPieces, 'chunked'],
    ['a connection that ends', (_request, reply) => void reply.destroy(), 'closed'],
  ])('rejects %s', async (_what, listener, message) => {
    const load = { connections: 2, headers: {}, form: () => 'a=b', onAnswer: () => undefined };
    await expect(withServer(listener, (url) => post({ ...load, url }, 4))).rejects.toThrow(message);
  });

  it('rejects with what the reader of an answer throws', async () => {
    const onAnswer = (): never => {
      throw new Error('no token in it');
    };
    const load = { connections: 2, headers: {}, form: () => 'a=b', onAnswer };
    await expect(withServer(echo, (url) => post({ ...load, url }, 4))).rejects.toThrow('no token in it');
  });
});
