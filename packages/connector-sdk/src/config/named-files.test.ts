import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkNamedFiles, fileName } from './named-files.ts';

const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const files = new Map([
  ['/ca.pem', rootCertificates[0] ?? ''],
  ['/key.pem', privateKey],
  ['/empty', '\n'],
  ['/secret', 's3\n'],
]);
const readFile = async (path: string): Promise<string> => {
  const found = files.get(path);
  if (found === undefined) throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
  return found;
};

const schema = z.strictObject({
  clientID: z.string(),
  secretFile: fileName('secret').exactOptional().describe('A secret.'),
  rootCAs: z.array(fileName('certificates')).default([]),
  ca: fileName('certificates', { unless: 'caData' }).exactOptional(),
  caData: z.string().exactOptional(),
  tls: z.strictObject({ key: fileName('privateKey') }).exactOptional(),
  signing: z.array(fileName('rsaPrivateKey')).exactOptional(),
  metadata: fileName('text').exactOptional(),
  more: z.record(z.string(), fileName('text')).exactOptional(),
});
const problems = async (options: unknown): Promise<readonly string[]> => {
  const issues = await checkNamedFiles(schema, options, { path: 'config', readFile });
  return issues.map(({ path, message }) => `${path}: ${message}`);
};

describe('checkNamedFiles', () => {
  it('finds nothing wrong with files that hold what they should', async () => {
    const good = { secretFile: '/secret', rootCAs: ['/ca.pem'], ca: '/ca.pem', tls: { key: '/key.pem' } };
    expect(await problems({ ...good, metadata: '/empty' })).toEqual([]);
    expect(await problems({})).toEqual([]);
  });

  it('tells of every file, in any spelling of its key and whatever else is wrong', async () => {
    const bad = { SECRETFILE: '/empty', rootcas: ['/ca.pem', '/none', '/key.pem'], tls: { key: '/ca.pem' } };
    expect(await problems({ ...bad, metadata: '/none', clientID: 7, unknown: true })).toEqual([
      'config.secretFile: the file is empty.',
      'config.rootCAs[1]: is neither PEM, nor base64 of PEM, nor a file that can be read.',
      'config.rootCAs[2]: holds no certificate. Give a PEM file with BEGIN CERTIFICATE.',
      'config.tls.key: cannot be read as a private key in PEM without a passphrase. Check what it is.',
      'config.metadata: the file does not exist. Check the path.',
    ]);
  });

  it('takes a key of the one kind only where the schema says so', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(await problems({ signing: [rsa, '/key.pem'], tls: { key: '/key.pem' } })).toEqual([
      'config.signing[1]: holds a key of the kind ec. Give an RSA key.',
    ]);
  });

  it('leaves alone what is empty, and what another key replaces', async () => {
    expect(await problems({ secretFile: '', ca: '/none', caData: 'x' })).toEqual([]);
    expect(await problems({ ca: '/none', caData: '' })).toHaveLength(1);
  });

  it('repeats nothing that a file or a key holds', async () => {
    const told = await problems({ rootCAs: [privateKey, '/key.pem'], tls: { key: 'hunter2' }, metadata: 'hunter2' });
    expect(told).toHaveLength(4);
    expect(told.join('\n')).not.toMatch(/hunter2|PRIVATE/u);
  });

  it('knows no files where the schema gives no JSON Schema', async () => {
    const plain = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const;
    expect(await checkNamedFiles(plain, { rootCAs: ['/none'] }, { path: 'config', readFile })).toEqual([]);
  });
});
