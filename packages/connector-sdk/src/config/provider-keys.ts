/** Keys that every connector to a provider shares, spelled as in Dex. Spread them into the schema of a connector. */
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';
import { httpUrl, secretText, text } from './blocks.ts';
import { fileName } from './named-files.ts';
import type { PemField, ReadFile } from './pem.ts';
import { type SecretSource, secretSource } from './secret-source.ts';

/** This service as it is registered at a provider. */
export interface Registration {
  readonly clientID: string;
  readonly clientSecret?: Secret;
  readonly clientSecretFile?: string;
  readonly redirectURI?: string;
}

/** The keys of {@link Registration}. Add `.superRefine(exactlyOne('clientSecret', 'clientSecretFile'))`. */
export const registrationKeys: {
  readonly clientID: z.ZodType<string, string>;
  readonly clientSecret: z.ZodExactOptional<z.ZodType<Secret, string>>;
  readonly clientSecretFile: z.ZodExactOptional<z.ZodType<string, string>>;
  readonly redirectURI: z.ZodExactOptional<z.ZodType<string, string>>;
} = {
  clientID: text().describe('Client id at the provider.'),
  clientSecret: secretText().exactOptional().describe('Client secret.'),
  clientSecretFile: fileName('secret')
    .exactOptional()
    .describe('File with the secret, read at each use so that it can be replaced.'),
  redirectURI: httpUrl()
    .exactOptional()
    .describe('Registered callback: `<issuer>/callback` or `<issuer>/callback/<id>`. Default: the latter.'),
};

/** The secret of a registration as it is now; `undefined` where there is none. */
export function clientSecretOf(
  { clientSecret: value, clientSecretFile: file }: Pick<Registration, 'clientSecret' | 'clientSecretFile'>,
  readFile: ReadFile,
): SecretSource | undefined {
  return secretSource({ value, file, path: 'clientSecretFile' }, readFile);
}

/** Certificates to trust besides the system's: a list of paths, base64 of PEM, or PEM. */
export const rootCAsKey: z.ZodType<readonly string[], readonly string[] | undefined> = z
  .array(fileName('certificates'))
  .default([])
  .describe('Certificates to trust besides the system: path, base64 of PEM, or PEM.');

/** Dex's `insecureSkipVerify`. */
export const insecureSkipVerifyKey: z.ZodType<boolean, boolean | undefined> = z
  .boolean()
  .default(false)
  .describe('Accept any certificate. For tests.');

/**
 * For providers that do not say whether an address is verified, which Dex takes for granted. A file written for Dex gives
 * its operator a warning: Kubernetes refuses an `email` that is not verified as a user name.
 *
 * @param provider what does not say so: `LDAP`.
 */
export function insecureSkipEmailVerifiedKey(provider: string): z.ZodType<boolean, boolean | undefined> {
  return z
    .boolean()
    .default(false)
    .describe(`Take the address as verified, as Dex does; ${provider} does not say. Not in Dex.`)
    .meta({
      'x-when-absent':
        `is not set. Dex takes every address as verified, and ${provider} does not say so of any. Write true if you trust ` +
        'those who set the addresses, and false to leave them unverified: Kubernetes then refuses them as user names.',
    });
}

/** The fields of `rootCAs`, for `trustedFetch`. */
export function rootCAFields(rootCAs: readonly string[]): readonly PemField[] {
  return rootCAs.map((source, index) => ({ source, path: `rootCAs[${index}]` }));
}
