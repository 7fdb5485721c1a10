import { getCACertificates } from 'node:tls';
import type { HttpOptions } from '@ostiary/connector-sdk';
import { on, recordingLogger, scriptedFetch, testContext } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { configOf } from '../test/support.ts';
import { openClient } from './client.ts';

const issuer = 'https://idp.example';
const document = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
};
const [authority = ''] = getCACertificates('bundled');

/** A client of a provider that answers discovery; says which network options it asked for and which files it read. */
async function open(options: Readonly<Record<string, unknown>>, files: Record<string, string> = {}) {
  const asked: (HttpOptions | undefined)[] = [];
  const read: string[] = [];
  const log = recordingLogger();
  const { fetch } = scriptedFetch(
    on('GET', `${issuer}/.well-known/openid-configuration`, () => Response.json(document)),
  );
  const context = testContext({
    log,
    http: (httpOptions) => {
      asked.push(httpOptions);
      return fetch;
    },
    readFile: async (path) => {
      read.push(path);
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return text;
    },
  });
  return { client: openClient(await configOf(options), context), asked, read, log, files };
}

describe('whom it trusts', () => {
  it('reads no certificate before the first request, and one set for all of them', async () => {
    const files = { '/ca/a.pem': authority, '/ca/b.pem': `${authority}\n${authority}` };
    const { client, asked, read } = await open({ rootCAs: Object.keys(files) }, files);
    expect({ asked, read }).toEqual({ asked: [], read: [] });
    await client.provider.metadata();
    await client.provider.transport.fetch(`${issuer}/.well-known/openid-configuration`);
    expect(read).toEqual(Object.keys(files));
    expect(asked).toEqual([
      { insecureSkipVerify: false, certificateAuthorities: [authority, authority, authority].map((pem) => pem.trim()) },
    ]);
  });

  it('names the entry that cannot be read, and reads it again at the next login', async () => {
    const { client, files } = await open({ rootCAs: [authority, '/ca/late.pem'] });
    await expect(client.provider.metadata()).rejects.toThrow('rootCAs[1]');
    files['/ca/late.pem'] = authority;
    await expect(client.provider.metadata()).resolves.toMatchObject({ issuer });
  });

  it('verifies certificates unless it is told not to, and says so in the log', async () => {
    const careful = await open({});
    expect(careful.asked).toEqual([{ insecureSkipVerify: false }]);
    expect(careful.log.lines).toEqual([]);
    const careless = await open({ insecureSkipVerify: true });
    expect(careless.asked).toEqual([{ insecureSkipVerify: true }]);
    expect(careless.log.lines).toMatchObject([{ level: 'warn', event: 'connector.certificates_not_verified' }]);
  });
});

describe('how it shows who it is', () => {
  it.each([
    [{}, undefined],
    [{ basicAuthUnsupported: true }, 'client_secret_post'],
    [{ basicAuthUnsupported: false }, 'client_secret_basic'],
    [{ issuer: 'https://example.okta.com' }, 'client_secret_post'],
    [{ issuer: 'https://example.oktapreview.com/oauth2/default' }, 'client_secret_post'],
    [{ issuer: 'https://example.okta.com', basicAuthUnsupported: false }, 'client_secret_basic'],
    [{ issuer: 'https://okta.com.example' }, undefined],
    [{ issuer: 'https://notokta.com' }, undefined],
  ])('with %j by %s', async (options, method) => {
    expect((await open(options)).client.secretMethod).toBe(method);
  });

  it('reads a secret file at each use, so that a new secret needs no restart', async () => {
    const { client, files } = await open(
      { clientSecret: undefined, clientSecretFile: '/secret' },
      { '/secret': 'one\n' },
    );
    expect((await client.secret?.())?.reveal()).toBe('one');
    files['/secret'] = 'two\n';
    expect((await client.secret?.())?.reveal()).toBe('two');
  });

  it('is a public client without a secret', async () => {
    const { client } = await open({ clientSecret: undefined });
    expect(client).not.toHaveProperty('secret');
  });
});

describe('where the provider is', () => {
  it('takes the endpoints of the configuration over those of the document', async () => {
    const { client } = await open({
      providerDiscoveryOverrides: { tokenURL: `${issuer}/inside/token`, userInfoURL: `${issuer}/inside/userinfo` },
    });
    expect(await client.provider.metadata()).toMatchObject({
      ...document,
      token_endpoint: `${issuer}/inside/token`,
      userinfo_endpoint: `${issuer}/inside/userinfo`,
    });
  });
});
