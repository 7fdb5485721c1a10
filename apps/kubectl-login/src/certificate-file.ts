/** Files of certificates that a person names. */
import { readFileSync } from 'node:fs';
import { problem, systemCode } from './problem.ts';

/** Whole blocks only (RFC 7468): a file may hold a private key as well, and that must not be copied anywhere. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, and nothing else of it. @throws {OstiaryError} `config/invalid` */
export function readCertificates(path: string): string {
  const blocks = readText(path).match(CERTIFICATE) ?? [];
  if (blocks.length > 0) return blocks.map((block) => `${block.replace(/\r\n?/g, '\n')}\n`).join('');
  const remedy = 'It must hold certificates in PEM form (-----BEGIN CERTIFICATE-----).';
  throw problem({ code: 'config/invalid', cause: `${path} holds no certificate.`, remedy });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw problem({
      code: 'config/invalid',
      cause: `The certificate file ${path} cannot be read (${systemCode(error)}).`,
      remedy: 'Check the path.',
      error,
    });
  }
}
