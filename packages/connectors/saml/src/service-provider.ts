/** This service as the provider sees it: its names and its keys. */

import { createPrivateKey } from 'node:crypto';
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { resolvePem } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';
import type { SamlConfig } from './config.ts';
import type { ServiceProviderSettings } from './outgoing.ts';

/** Keys and certificates of this service in PEM, read when they are used so that they can be replaced. */
export interface Keys {
  signing(): Promise<string | undefined>;
  signingCertificate(): Promise<string | undefined>;
  decryption(): Promise<readonly string[]>;
  encryptionCertificate(): Promise<string | undefined>;
}

/** The keys that a configuration names. Nothing is read yet. */
export function keysOf(config: SamlConfig, { readFile }: Pick<ConnectorContext, 'readFile'>): Keys {
  const pem = async (path: string, source: string | undefined): Promise<string | undefined> =>
    source === undefined ? undefined : resolvePem({ source, path }, readFile);
  const key = async (path: string, source: string): Promise<string> =>
    checkedKey(path, await resolvePem({ source, path }, readFile));
  return {
    signing: async () => (config.signingKey === undefined ? undefined : key('signingKey', config.signingKey)),
    signingCertificate: () => pem('signingCert', config.signingCert),
    decryption: () => Promise.all(config.decryptionKeys.map((source, i) => key(`decryptionKeys[${i}]`, source))),
    encryptionCertificate: () => pem('decryptionCert', config.decryptionCert),
  };
}

function checkedKey(path: string, pem: string): string {
  try {
    if (createPrivateKey(pem).asymmetricKeyType === 'rsa') return pem;
  } catch (cause) {
    throw new OstiaryError('config/invalid', `${path}: cannot be read as a private key in PEM.`, { cause });
  }
  throw new OstiaryError('config/invalid', `${path}: is no RSA key. Make one with openssl genrsa.`);
}

/** The settings of this moment. */
export async function settingsOf(
  config: SamlConfig,
  { callbackUrl, keys }: { readonly callbackUrl: string; readonly keys: Keys },
): Promise<ServiceProviderSettings> {
  return {
    entityId: config.entityIssuer ?? callbackUrl,
    assertionConsumerService: callbackUrl,
    nameIdFormat: config.nameIDPolicyFormat,
    signingKey: await keys.signing(),
    signingCertificate: await keys.signingCertificate(),
  };
}

/** An XML id that nobody can guess; it must not begin with a digit (SAML 2.0 Core section 1.3.4). */
export function messageId(random: ConnectorContext['random']): string {
  return `_${Buffer.from(random(20)).toString('hex')}`;
}
