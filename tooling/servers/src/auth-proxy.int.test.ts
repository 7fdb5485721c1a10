import { once } from 'node:events';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startAuthProxy } from './auth-proxy.ts';
import { createAuthority } from './certificates.ts';
import { freePort } from './free-port.ts';
import { requireTool } from './requirements.ts';

const lacking = requireTool('apache2', 'mod_auth_openidc.so', 'openssl');

const names = ['User', 'User-Id', 'User-Name', 'User-Email', 'Group', 'Secret'];
const forged = Object.fromEntries(names.map((name) => [`X-Remote-${name}`, 'admin']));

describe.skipIf(lacking !== undefined)('a reverse proxy that logs people in', () => {
  it.each([
    ['/open', {}],
    ['/in', { 'x-remote-user': 'jane', 'x-remote-group': 'dev', 'x-remote-secret': 'secret-1' }],
  ])('says who it is, and lets nobody who is logged in say it, at %s', async (path, expected) => {
    await using stack = new AsyncDisposableStack();
    const authority = stack.use(await createAuthority());
    const backend = createServer((request, response) => response.end(JSON.stringify(request.headers)));
    stack.defer(() => void backend.close());
    await once(backend.listen(0, '127.0.0.1'), 'listening');
    const { port: behind } = backend.address() as AddressInfo;
    const port = await freePort();
    stack.use(
      await startAuthProxy({
        ...{ port, certificate: await authority.issue(), backend: `http://127.0.0.1:${behind}`, protectedPath: '/in' },
        ...{ person: { name: 'jane', password: 'correct horse', groups: ['dev'] }, sharedSecret: 'secret-1' },
      }),
    );
    const auth = 'jane:correct horse';
    const asked = get(`https://127.0.0.1:${port}${path}`, { agent: false, ca: authority.ca, auth, headers: forged });
    const [response] = await once(asked, 'response');
    const seen = Object.entries(JSON.parse(await text(response))).filter(([name]) => name.startsWith('x-remote-'));
    expect(Object.fromEntries(seen)).toEqual(expected);
  });
});
