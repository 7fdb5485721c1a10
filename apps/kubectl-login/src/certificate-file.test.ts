import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCertificates } from './certificate-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certificates-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const block = (label: string, body: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const read = (text: string): string => {
  const path = join(folder, 'file.pem');
  writeFileSync(path, text);
  return readCertificates(path);
};

const [one, two] = [block('CERTIFICATE', 'MIIBone+/=\nabc='), block('CERTIFICATE', 'MIIBtwo')];

describe('a file of certificates', () => {
  it.each([
    ['one', one, one],
    ['several', one + two, one + two],
    ['with what openssl writes between them', `subject=CN = a\n${one}Bag Attributes\n${two}`, one + two],
    ['without an end of line at its end', one.trimEnd(), one],
    ['from Windows', (one + two).replaceAll('\n', '\r\n'), one + two],
  ])('is read: %s', (_what, text, expected) => expect(read(text)).toBe(expected));

  it.each(['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'OPENSSH PRIVATE KEY'])(
    'that holds a private key (%s) is read without it, wherever it stands',
    (label) => {
      const key = block(label, 'c2VjcmV0');
      expect(read(one + key + two)).toBe(one + two);
      expect(read(key + one)).toBe(one);
      expect(read(`${one}-----BEGIN ${label}-----\nc2VjcmV0\n`)).toBe(one);
    },
  );

  it.each([
    ['nothing', ''],
    ['a key alone', block('PRIVATE KEY', 'c2VjcmV0')],
    ['half a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n'],
    ['a request', block('CERTIFICATE REQUEST', 'MIIB')],
    [
      'a key in the wrong wrapping',
      `-----BEGIN CERTIFICATE-----\n${block('PRIVATE KEY', 'x')}-----END CERTIFICATE-----`,
    ],
  ])('that holds %s is told as that', (_what, text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'config/invalid',
        message: `${join(folder, 'file.pem')} holds no certificate.`,
        detail: { remedy: expect.stringContaining('-----BEGIN CERTIFICATE-----') },
      }),
    );
  });

  it('that is not there is told as that', () => {
    expect(() => readCertificates(join(folder, 'none'))).toThrow('none cannot be read (ENOENT)');
  });
});
