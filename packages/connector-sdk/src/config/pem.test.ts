import { describe, expect, it } from 'vitest';
import { resolveCertificates, resolvePem } from './pem.ts';
import { secretSource } from './secret-source.ts';
import { decodeText } from './text-file.ts';

// Made for this test; its key was thrown away.
const certificate = `-----BEGIN CERTIFICATE-----
MIIBhjCCASugAwIBAgIUUbHunsoqz1WyCGVzxHne5023yukwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMb3N0aWFyeS10ZXN0MCAXDTI2MTEyNDA0NDgyMVoYDzIxMjYx
MDMxMDQ0ODIxWjAXMRUwEwYDVQQDDAxvc3RpYXJ5LXRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQFRj9ngX3W3xuaGrLy2Cuye3rr3HUXnSZy8pkCamXgJ7H9
XXO7/VHbXL4FFoqbvXznjJlcnTnvk5uYLPNYzj/Mo1MwUTAdBgNVHQ4EFgQUI21I
jll/pDMvLZe/uKhYAwK3SW4wHwYDVR0jBBgwFoAUI21Ijll/pDMvLZe/uKhYAwK3
SW4wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAlDZmONlRVBja
oWT+hRC3YL8wXBORm9cdGhp9+8LR8cACIQD5rTFqjZnJ3NwfTsGK/s2apQ+j78FG
Ej5BkLe9seXcLw==
-----END CERTIFICATE-----`;

const files = new Map<string, string | Uint8Array>([
  ['/ca.pem', `${certificate}\n${certificate}\n`],
  ['/ca.der', '\u0000\u0001'],
  ['/binary.der', new Uint8Array([0x30, 0x82, 0xff])],
  ['/locked.pem', 'locked'],
  ['/secret', 's3\n'],
  ['/empty', '\n'],
]);
const readFile = async (path: string): Promise<string> => {
  const content = files.get(path);
  if (content === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
  if (content === 'locked') throw Object.assign(new Error('no right'), { code: 'EACCES' });
  return typeof content === 'string' ? content : decodeText(content);
};

describe('resolvePem', () => {
  it.each([
    ['PEM text', certificate],
    ['base64 of PEM', Buffer.from(certificate).toString('base64')],
    ['a file', '/ca.pem'],
  ])('takes %s', async (_kind, source) => {
    expect(await resolvePem({ source, path: 'rootCAs[0]' }, readFile)).toContain(certificate);
  });

  it.each([
    ['/missing', 'neither PEM, nor base64 of PEM, nor a file'],
    ['/ca.der', 'not in PEM format'],
    ['/binary.der', 'the file is not UTF-8, as PEM is. Convert it'],
    ['/locked.pem', 'the file cannot be read: permission denied.'],
  ])('refuses %s and names the key', async (source, message) => {
    const resolving = resolvePem({ source, path: 'rootCAs[0]' }, readFile);
    await expect(resolving).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(message),
    });
    await expect(resolving).rejects.toThrow(/^rootCAs\[0\]: /u);
  });

  it('does not repeat what it was given: it may be a key', async () => {
    await expect(resolvePem({ source: 'c2VjcmV0', path: 'clientKey' }, readFile)).rejects.not.toThrow(/c2VjcmV0/u);
  });
});

describe('resolveCertificates', () => {
  it('answers each certificate of a bundle', async () => {
    expect(await resolveCertificates({ source: '/ca.pem', path: 'rootCAs[0]' }, readFile)).toEqual([
      certificate,
      certificate,
    ]);
  });

  it.each([
    ['-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----', 'holds no certificate'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'cannot be read'],
  ])('refuses %j', async (source, message) => {
    await expect(resolveCertificates({ source, path: 'rootCAs[0]' }, readFile)).rejects.toThrow(message);
  });
});

describe('secretSource', () => {
  it('reads the file at every use, without its last line break', async () => {
    const read = secretSource({ file: '/secret', path: 'clientSecretFile' }, readFile);
    expect((await read?.())?.reveal()).toBe('s3');
    files.set('/secret', 's4');
    expect((await read?.())?.reveal()).toBe('s4');
  });

  it.each(['/missing', '/empty'])('refuses %s', async (file) => {
    const read = secretSource({ file, path: 'clientSecretFile' }, readFile);
    await expect(read?.()).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('clientSecretFile'),
    });
  });

  it('is absent when nothing is given', () => {
    expect(secretSource({ path: 'clientSecretFile' }, readFile)).toBeUndefined();
  });
});
