/** Against SimpleSAMLphp, a real identity provider. */
import { readFile } from 'node:fs/promises';
import type { Identity, LoginStep } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import { httpOver, testContext } from '@ostiary/connector-sdk/testing';
import {
  freePort,
  requireTool,
  type SamlServiceProvider,
  type SimpleSamlPhpServer,
  simpleSamlPhpMetadata,
  startSimpleSamlPhp,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saml } from '../src/index.ts';
import { type KeyPair, makeKeyPair } from './certificates.ts';
import { callbackUrl } from './provider.ts';
import { Visitor } from './visitor.ts';

const lacking = requireTool('php', '_autoload.php', 'openssl');
const jane = { uid: ['jane'], cn: ['Jane Doé & Co <x>'], mail: ['jane@example.org'], groups: ['dev', 'ops'] };

interface Played {
  readonly server: SimpleSamlPhpServer;
  /** Logs in as Jane; `change` may spoil the response on its way. */
  login(options?: Readonly<Record<string, unknown>>, change?: (xml: string) => string): Promise<Identity>;
  logoutUrl(identity: Identity): Promise<string | undefined>;
}

async function play(stack: AsyncDisposableStack, more: Partial<SamlServiceProvider> = {}): Promise<Played> {
  const port = await freePort();
  const serviceProvider = { entityId: 'urn:ostiary', assertionConsumerService: callbackUrl, ...more };
  const server = stack.use(await startSimpleSamlPhp({ port, serviceProvider, people: { jane } }));
  const connectorOf = async (options: Readonly<Record<string, unknown>>) => {
    const attributes = { usernameAttr: 'cn', emailAttr: 'mail', groupsAttr: 'groups', entityIssuer: 'urn:ostiary' };
    const all = { metadataURL: simpleSamlPhpMetadata(port), ...attributes, ...options };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const config = await readConfig(saml.config, given, { path: 'config' });
    const real = { http: httpOver(fetch), readFile: (path: string) => readFile(path, 'utf8'), now: () => new Date() };
    const connector = saml.open(config, testContext(real));
    if (connector.via !== 'redirect') throw new Error('another connector');
    return connector;
  };
  return {
    server,
    async login(options = {}, change = (xml) => xml) {
      const { login } = await connectorOf(options);
      const ask = { scopes: { offlineAccess: true, groups: true }, callbackUrl, state: 'state-1' };
      const step = await login.begin(ask);
      const params = await logIn(step);
      const xml = Buffer.from(params.get('SAMLResponse') ?? '', 'base64').toString();
      params.set('SAMLResponse', Buffer.from(change(xml)).toString('base64'));
      return login.finish({ ...ask, keep: step.keep, params, headers: new Headers() });
    },
    async logoutUrl({ connectorData }) {
      const { logout } = await connectorOf({});
      const ask = { returnUrl: callbackUrl, state: 'state-2', ...(connectorData && { connectorData }) };
      return (await logout?.begin(ask))?.url;
    },
  };
}

/** Fills in the form of SimpleSAMLphp. Answers what it then posts to us. */
async function logIn(step: LoginStep): Promise<URLSearchParams> {
  const visitor = new Visitor();
  const page = await (step.kind === 'redirect' ? visitor.get(step.url) : visitor.post(step.action, step.fields));
  const answer = await visitor.submit(page, { username: 'jane', password: 'secret' });
  return new URLSearchParams(answer.fields);
}

describe.skipIf(lacking !== undefined)('SimpleSAMLphp', () => {
  const stack = new AsyncDisposableStack();
  let plain: Played;
  let own: KeyPair;
  beforeAll(async () => {
    own = await makeKeyPair();
    plain = await play(stack);
  });
  afterAll(() => stack.disposeAsync());

  it('logs in by its metadata, with every attribute as it is', async () => {
    expect(await plain.login()).toMatchObject({
      userId: 'jane',
      username: 'Jane Doé & Co <x>',
      email: { address: 'jane@example.org', verified: false },
      groups: ['dev', 'ops'],
    });
  });

  it('logs in by its certificate, as in Dex', async () => {
    const { certificateFile: ca, entityId: ssoIssuer, metadataUrl } = plain.server;
    const ssoURL = metadataUrl.replace('metadata.php', 'SSOService.php');
    const options = { metadataURL: undefined, ca, ssoIssuer, ssoURL, ssoBinding: 'redirect' };
    expect(await plain.login(options)).toMatchObject({ userId: 'jane' });
  });

  it.each(['assertion', 'response'] as const)('logs in when it signs only the %s', async (signs) => {
    await using local = new AsyncDisposableStack();
    const { login } = await play(local, { signs });
    expect(await login()).toMatchObject({ userId: 'jane' });
    await expect(login({}, (xml) => xml.replace('>dev<', '>admins<'))).rejects.toMatchObject({
      code: 'upstream/protocol',
    });
  });

  it('takes our signed requests, and no others, when it was told to', async () => {
    await using local = new AsyncDisposableStack();
    const { login } = await play(local, { certificate: own.certificate });
    expect(await login({ signingKey: own.key })).toMatchObject({ userId: 'jane' });
    await expect(login()).rejects.toThrow();
  });

  it('ends its session when we ask', async () => {
    const url = await plain.logoutUrl(await plain.login());
    expect(url).toContain('SingleLogoutService.php?SAMLRequest=');
    const { status } = await fetch(url ?? '', { redirect: 'manual' });
    expect(status).toBeLessThan(400);
  });
});
