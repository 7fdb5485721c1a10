/** Certificates and keys that a configuration gives as a path, as base64 of PEM, or as PEM text. */
import { X509Certificate } from 'node:crypto';
import { OstiaryError } from '@ostiary/primitives';
import { isThere, whyNoPem } from './text-file.ts';

/** Reads a file as text. */
export type ReadFile = (path: string) => Promise<string>;

/** A key of the configuration that gives PEM. */
export interface PemField {
  /** What the configuration says. */
  readonly source: string;
  /** The key it stands under, for error messages: `rootCAs[0]`. */
  readonly path: string;
}

const begin = '-----BEGIN ';
const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu;

/**
 * The PEM text behind a field. A text with a PEM header is taken as it is, base64 of one is decoded, anything else is
 * the path of a file.
 *
 * @throws {OstiaryError} `config/invalid` for a file that cannot be read or holds no PEM.
 */
export async function resolvePem(field: PemField, readFile: ReadFile): Promise<string> {
  if (field.source.includes(begin)) return field.source;
  const decoded = Buffer.from(field.source, 'base64').toString('latin1');
  if (decoded.startsWith(begin)) return decoded;
  const text = await readNamedFile(field, readFile);
  if (text.includes(begin)) return text;
  throw invalid(`${field.path}: the file is not in PEM format. Convert it, for example with openssl x509 -inform der.`);
}

/**
 * The certificates behind a field, one a string, each of them readable.
 *
 * @throws {OstiaryError} `config/invalid` like {@link resolvePem}, and for text that holds no certificate.
 */
export async function resolveCertificates(field: PemField, readFile: ReadFile): Promise<readonly string[]> {
  const blocks = certificateBlocks(await resolvePem(field, readFile));
  if (blocks.length === 0)
    throw invalid(`${field.path}: holds no certificate. Give a PEM file with BEGIN CERTIFICATE.`);
  for (const block of blocks) readCertificate(block, field.path);
  return blocks;
}

/** The certificates in a PEM text, one a string, not looked into; other blocks and text between them are left out. */
export function certificateBlocks(pem: string): readonly string[] {
  return pem.match(certificateBlock) ?? [];
}

function readCertificate(block: string, path: string): void {
  try {
    new X509Certificate(block);
  } catch (cause) {
    throw invalid(`${path}: a certificate in it cannot be read. Check that it was copied whole.`, cause);
  }
}

async function readNamedFile(field: PemField, readFile: ReadFile): Promise<string> {
  try {
    return await readFile(field.source);
  } catch (cause) {
    if (isThere(cause)) throw invalid(`${field.path}: the file ${whyNoPem(cause)}`, cause);
    // The field may hold a key that was pasted wrongly, so what it says is not repeated.
    throw invalid(`${field.path}: is neither PEM, nor base64 of PEM, nor a file that can be read.`, cause);
  }
}

const invalid = (message: string, cause?: unknown): OstiaryError =>
  new OstiaryError('config/invalid', message, { cause });
