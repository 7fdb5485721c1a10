/** Against pysaml2 with xmlsec1: a provider that reads our metadata, wants signed requests and encrypts. */
import type { LoginStep } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import { httpOver, testContext } from '@ostiary/connector-sdk/testing';
import { type Pysaml2Options, requirePysaml2, startPysaml2 } from '@ostiary/tooling-servers';
import { beforeAll, describe, expect, it } from 'vitest';
import { saml } from '../src/index.ts';
import { type KeyPair, makeKeyPair } from './certificates.ts';
import { callbackUrl } from './provider.ts';
import { Visitor } from './visitor.ts';

const lacking = await requirePysaml2();
const jane = { displayName: ['Jane Doé'], mail: ['jane@example.org'], memberOf: ['dev', 'ops'] };
const oid = { name: 'urn:oid:2.16.840.1.113730.3.1.241', mail: 'urn:oid:0.9.2342.19200300.100.1.3' };

async function open(stack: AsyncDisposableStack, own: KeyPair, encryption: Pysaml2Options['encryption']) {
  const server = stack.use(await startPysaml2({ people: { jane }, encryption }));
  const keys = { signingKey: own.key, signingCert: own.certificate };
  const decryption = { decryptionKeys: [own.key], decryptionCert: own.certificate };
  const attributes = { usernameAttr: oid.name, emailAttr: oid.mail, groupsAttr: 'memberOf' };
  const options = { metadataURL: server.metadataUrl, ...keys, ...decryption, ...attributes };
  return {
    async login(ssoBinding: 'post' | 'redirect') {
      const config = await readConfig(saml.config, { ...options, ssoBinding }, { path: 'config' });
      const connector = saml.open(config, testContext({ http: httpOver(fetch), now: () => new Date() }));
      if (connector.via !== 'redirect' || connector.metadata === undefined) throw new Error('another connector');
      await server.know(await connector.metadata.describe({ callbackUrl }));
      const ask = { scopes: { offlineAccess: true, groups: true }, callbackUrl, state: 'state-1' };
      const step = await connector.login.begin(ask);
      const params = await logIn(step);
      expect(params.get('RelayState')).toBe('state-1');
      return connector.login.finish({ ...ask, keep: step.keep, params, headers: new Headers() });
    },
  };
}

async function logIn(step: LoginStep): Promise<URLSearchParams> {
  const visitor = new Visitor();
  const page = await (step.kind === 'redirect' ? visitor.get(step.url) : visitor.post(step.action, step.fields));
  return new URLSearchParams((await visitor.submit(page, { username: 'jane', password: 'secret' })).fields);
}

describe.skipIf(lacking !== undefined)('pysaml2', () => {
  let own: KeyPair;
  beforeAll(async () => {
    const now = new Date();
    const from = new Date(now.getTime() - 86_400_000).toISOString();
    own = await makeKeyPair({ from, to: new Date(now.getTime() + 86_400_000).toISOString() });
  });

  it.each(['post', 'redirect'] as const)(
    'knows us by our metadata, takes signed requests by %s, and logs in',
    async (binding) => {
      await using stack = new AsyncDisposableStack();
      const { login } = await open(stack, own, undefined);
      expect(await login(binding)).toMatchObject({
        userId: 'jane',
        username: 'Jane Doé',
        email: { address: 'jane@example.org' },
      });
    },
  );

  it('logs in with an assertion that xmlsec1 encrypted with AES-GCM', async () => {
    await using stack = new AsyncDisposableStack();
    const { login } = await open(stack, own, 'gcm');
    expect(await login('post')).toMatchObject({ userId: 'jane', email: { address: 'jane@example.org' } });
  });

  it('is refused when it encrypts with CBC', async () => {
    await using stack = new AsyncDisposableStack();
    const { login } = await open(stack, own, 'cbc');
    await expect(login('post')).rejects.toMatchObject({
      detail: { reason: 'encryption algorithm that is not allowed' },
    });
  });
});
