import { rootCertificates } from 'node:tls';
import { inputJsonSchema, type JsonSchema } from '@ostiary/connector-sdk/config';
import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';
import { plugIns } from '../plug-ins.ts';

const { certificate, key } = await selfSigned();
const another = await selfSigned();
const ofAnotherKind = await selfSigned({ algorithm: 'rsa' });
const web = (block: string): string => minimal().replace(/web:.*/u, `web: {${block}}`);
const https = (more: string): string => web(`https: ":443", ${more}`);
const pair = 'tlsCert: c.pem, tlsKey: k.pem';

describe('certificate files of the listener', () => {
  it('are read, and fit', async () => {
    const { config } = await load(https(pair), { files: { 'c.pem': certificate, 'k.pem': key } });
    expect(config.web.https?.tls).toMatchObject({ certFile: 'c.pem', keyFile: 'k.pem' });
  });

  it('that cannot be read are all told, with what is wrong besides', async () => {
    expect(await problemsOf(https(`${pair}, tlsMinVersion: 1.2`))).toEqual([
      'config.yaml:3: web.tlsMinVersion: must be a text, but is a number. Put it in quotes.',
      'config.yaml:3: web.tlsCert: c.pem does not exist. Check the path.',
      'config.yaml:3: web.tlsKey: k.pem does not exist. Check the path.',
    ]);
    expect(await problemsOf(https('tlsCert: c.pem'))).toEqual([
      'config.yaml:3: web.tlsKey: is missing, but https needs a private key. Add it.',
      'config.yaml:3: web.tlsCert: c.pem does not exist. Check the path.',
    ]);
  });

  it.each([
    ['the certificate', { 'c.pem': '', 'k.pem': key }, ['web.tlsCert: c.pem']],
    ['the key', { 'c.pem': certificate, 'k.pem': ' \n' }, ['web.tlsKey: k.pem']],
    ['both', { 'c.pem': '\n', 'k.pem': '' }, ['web.tlsCert: c.pem', 'web.tlsKey: k.pem']],
  ])('that are empty are told: %s', async (_what, files, which) => {
    const told = which.map((file) => `config.yaml:3: ${file} is empty. Put the PEM text into it.`);
    expect(await problemsOf(https(pair), { files })).toEqual(told);
  });

  it.each([
    ['a key of another certificate', another.key],
    ['a key of another kind', ofAnotherKind.key],
    ['no PEM', 'hunter2'],
  ])('that do not fit are told, without what they hold: %s', async (_what, other) => {
    const [problem = '', ...more] = await problemsOf(https(pair), { files: { 'c.pem': certificate, 'k.pem': other } });
    expect(problem).toContain('web.tlsCert: c.pem and k.pem do not work together.');
    expect(problem).not.toContain(other);
    expect(more).toEqual([]);
  });

  it('that are not PEM but DER are told to be converted', async () => {
    const files = { 'c.pem': new Uint8Array([0x30, 0x82, 0xff]), 'k.pem': key };
    expect(await problemsOf(https(pair), { files })).toEqual([
      'config.yaml:3: web.tlsCert: c.pem is not UTF-8, as PEM is. Convert it, for example with openssl x509 -inform der.',
    ]);
  });

  it.each([
    ['2030-12-31', 'is not valid before 2031-01-01T00:00:00.000Z, so clients refuse it. Check the clock,'],
    ['2031-01-25', 'expires at 2031-02-01T00:00:00.000Z, which is soon. Put a new one there.'],
    ['2031-02-01', 'expired at 2031-02-01T00:00:00.000Z, so clients refuse it. Put a new one there.'],
  ])('that are not good at %s get a warning from check', async (day, warning) => {
    const dates = { notBefore: new Date('2031-01-01'), notAfter: new Date('2031-02-01') };
    const dated = await selfSigned(dates);
    const files = { 'c.pem': dated.certificate, 'k.pem': dated.key };
    const { warnings } = await load(https(pair), { files, certificatesAt: new Date(day) });
    expect(warnings).toEqual([{ path: 'web.tlsCert', line: 3, message: expect.stringContaining(`c.pem ${warning}`) }]);
    expect((await load(https(pair), { files, certificatesAt: new Date('2031-01-24') })).warnings).toEqual([]);
    // The log of a server says it, which goes on looking.
    expect((await load(https(pair), { files })).warnings).toEqual([]);
  });

  it('are left alone without https', async () => {
    expect(await problemsOf(web(`http: ":80", ${pair}`))).toEqual([]);
  });
});

describe('addresses', () => {
  it('that collide are told, also when something else is wrong', async () => {
    const text = web(`http: "127.0.0.1:443", https: ":443", ${pair}, tlsMinVersion: 1.2`);
    const files = { 'c.pem': certificate, 'k.pem': key };
    expect(await problemsOf(`${text}telemetry: {http: "127.0.0.1:443"}`, { files })).toEqual([
      'config.yaml:3: web.tlsMinVersion: must be a text, but is a number. Put it in quotes.',
      'config.yaml:3: web.https: is an address that web.http takes. Choose another port.',
      'config.yaml:5: telemetry.http: is an address that web.http takes. Choose another port.',
    ]);
  });
});

describe('files that a connector or a storage names', () => {
  const oidc = (options: string): string =>
    minimal().replace(
      /connectors.*/u,
      `connectors: [{type: oidc, id: a, name: A, config: {issuer: "https://a.example", clientID: c, ${options}}}]`,
    );
  const files = { 'ca.pem': rootCertificates[0] ?? '', 'key.pem': key };
  const saml =
    'ssoURL: "https://a.example", usernameAttr: n, emailAttr: m, redirectURI: "http://127.0.0.1:5556/dex/callback"';
  const ldap = 'host: a.example, userSearch: {baseDN: dc=a, username: uid, idAttr: uid, emailAttr: mail, nameAttr: cn}';

  it('are read, from files and from the configuration itself', async () => {
    const inline = Buffer.from(certificate).toString('base64');
    expect(await problemsOf(oidc(`rootcas: [ca.pem, ${inline}, $CA]`), { files, env: { CA: 'ca.pem' } })).toEqual([]);
  });

  it('are told when they cannot be read or are none, whatever else is wrong with the connector', async () => {
    expect(await problemsOf(oidc('rootCAs: [ca.pem, /none, key.pem], scopes: x'), { files })).toEqual([
      'config.yaml:4: connectors[0].config.scopes: must be a list, but is a text.',
      'config.yaml:4: connectors[0].config.rootCAs[1]: is neither PEM, nor base64 of PEM, nor a file that can be read.',
      'config.yaml:4: connectors[0].config.rootCAs[2]: holds no certificate. Give a PEM file with BEGIN CERTIFICATE.',
    ]);
  });

  it('are told as a single file too, unless data stands besides', async () => {
    const github = (options: string): string =>
      minimal().replace(
        /connectors.*/u,
        `connectors: [{type: github, id: a, name: A, config: {clientID: c, clientSecret: s, ${options}}}]`,
      );
    expect(await problemsOf(github('hostName: git.example, rootCA: /none'))).toEqual([
      expect.stringContaining('connectors[0].config.rootCA: is neither PEM'),
    ]);
    const withData = (data: string): string =>
      minimal().replace(
        /connectors.*/u,
        `connectors: [{type: ldap, id: a, name: A, config: {${ldap}, rootCA: /none, rootCAData: "${data}"}}]`,
      );
    expect(await problemsOf(withData(Buffer.from(certificate).toString('base64')))).toEqual([]);
    expect((await problemsOf(withData(''))).join('\n')).toContain('connectors[0].config.rootCA: is neither PEM');
  });

  it.each<[type: string, options: string, key: string, problem: string]>([
    ['oidc', 'issuer: "https://a.example", clientID: c, clientSecretFile: /none', 'clientSecretFile', 'does not exist'],
    ['saml', `${saml}, ca: /none`, 'ca', 'neither PEM'],
    ['saml', `${saml}, metadataFile: /none`, 'metadataFile', 'does not exist'],
    ['saml', `${saml}, ca: ca.pem, decryptionKeys: [key.pem, ca.pem]`, 'decryptionKeys[1]', 'a private key in PEM'],
    ['ldap', `${ldap}, clientCert: ca.pem, clientKey: ca.pem`, 'clientKey', 'a private key in PEM'],
    ['active-directory', 'domain: a.example, bindDN: a, bindPWFile: /none', 'bindPWFile', 'does not exist'],
    [
      'google',
      'clientID: c, clientSecret: s, serviceAccountFilePath: /none',
      'serviceAccountFilePath',
      'does not exist',
    ],
  ])('are told when they do not hold what they should: %s, %s', async (type, options, key, problem) => {
    const config = minimal().replace(
      /connectors.*/u,
      `connectors: [{type: ${type}, id: a, name: A, config: {${options}}}]`,
    );
    const told = await problemsOf(config, { files });
    expect(told.filter((line) => line.includes(`connectors[0].config.${key}: `))).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('are told of a storage', async () => {
    const config = minimal().replace(/storage.*/u, 'storage: {type: redis, config: {tls: {caFile: key.pem}}}');
    expect(await problemsOf(config, { files })).toEqual([
      expect.stringContaining('storage.config.tls.caFile: holds no certificate.'),
    ]);
  });

  it.each([...plugIns.connectors, ...plugIns.storages].map((plugIn) => [plugIn.type, plugIn.config] as const))(
    'are marked in the schema of %s, all of them',
    (_type, schema) => {
      const unmarked = propertiesOf(inputJsonSchema(schema) ?? {}).filter(
        ([name, inner]) =>
          /\bfile\b|path, (?:or|base64)/iu.test(inner.description ?? '') &&
          (inner['x-file'] ?? inner.items?.['x-file']) === undefined &&
          // A Unix socket, and the database of SQLite, which is made when it is not there.
          !['socket', 'file'].includes(name),
      );
      expect(unmarked.map(([name]) => name)).toEqual([]);
    },
  );
});

function propertiesOf(schema: JsonSchema): readonly (readonly [name: string, schema: JsonSchema])[] {
  const own = Object.entries(schema.properties ?? {});
  const inner = [...own.map(([, one]) => one), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  return [...own, ...inner.flatMap(propertiesOf)];
}
