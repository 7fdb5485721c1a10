import { X509Certificate } from 'node:crypto';
import {
  base64Bytes,
  certificateBlocks,
  duration,
  exactlyOne,
  fileName,
  httpUrl,
  insecureSkipEmailVerifiedKey,
  rootCAsKey,
  secureUrl,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';
import { keyProblem } from './algorithms.ts';
import { nameIdFormats } from './names.ts';

/** The options of the connector, checked. Spelled as in Dex. */
export interface SamlConfig {
  readonly ssoURL?: string;
  readonly ca?: string;
  readonly caData?: Uint8Array;
  readonly metadataURL?: string;
  readonly metadataFile?: string;
  readonly rootCAs: readonly string[];
  readonly ssoIssuer?: string;
  readonly entityIssuer?: string;
  readonly redirectURI?: string;
  readonly ssoBinding?: 'post' | 'redirect';
  readonly sloURL?: string;
  readonly nameIDPolicyFormat: string;
  readonly userIDAttr?: string;
  readonly usernameAttr: string;
  readonly preferredUsernameAttr?: string;
  readonly emailAttr: string;
  readonly insecureSkipEmailVerified: boolean;
  readonly groupsAttr?: string;
  readonly groupsDelim?: string;
  readonly allowedGroups: readonly string[];
  readonly filterGroups: boolean;
  readonly signingKey?: string;
  readonly signingCert?: string;
  readonly decryptionKeys: readonly string[];
  readonly decryptionCert?: string;
  readonly insecureAllowSHA1: boolean;
  /** Milliseconds. */
  readonly clockSkew: number;
  /** Milliseconds. */
  readonly refreshMaxAge: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

const nameIdFormat: z.ZodType<string, string> = z.string().transform((value, context) => {
  const known = Object.entries(nameIdFormats).find((names) => names.includes(value))?.[1];
  if (known !== undefined) return known;
  context.addIssue(`is no format of a NameID. Write one of ${Object.keys(nameIdFormats).join(', ')}.`);
  return z.NEVER;
});

/** Dex switches all checks off with it. What is left then lets anybody in as anybody, so nothing does that here. */
const noSkipping = z
  .boolean()
  .refine(
    (skips) => !skips,
    'lets anybody log in as anybody. Remove it, and give the certificate of the provider in ca.',
  )
  .exactOptional()
  .describe('Refused: without signatures anybody could log in as anybody.');

/** What a file holds is seen when it is read; what stands in the configuration is looked at now. */
const certificateData = base64Bytes().superRefine((bytes, context) => {
  const blocks = certificateBlocks(Buffer.from(bytes).toString('latin1'));
  const problems = (blocks.length === 0 ? [''] : blocks).flatMap((pem) => certificateProblem(pem) ?? []);
  for (const problem of problems)
    context.addIssue(`holds ${problem}. Encode the PEM file of the provider with base64 -w0.`);
});

function certificateProblem(pem: string): string | undefined {
  try {
    return keyProblem(new X509Certificate(pem));
  } catch {
    return 'no certificate in PEM that can be read';
  }
}

const keys = {
  ssoURL: httpUrl().exactOptional().describe('Where logins begin at the provider. Not needed with metadata.'),
  ca: fileName('certificates')
    .exactOptional()
    .describe("File with the provider's signing certificates in PEM, read again every minute. They are pinned."),
  caData: certificateData.exactOptional().describe('The same as base64 of PEM.'),
  metadataURL: secureUrl()
    .exactOptional()
    .describe("The provider's metadata, instead of `ssoURL` and `ca`; read again every hour. Not in Dex."),
  metadataFile: fileName('text').exactOptional().describe('The same as a file, read again every minute. Not in Dex.'),
  rootCAs: rootCAsKey,
  ssoIssuer: text()
    .exactOptional()
    .describe("The provider's entity id. Default with metadata: what it says; else any is taken."),
  entityIssuer: text().exactOptional().describe('Our entity id, also the expected audience. Default: `redirectURI`.'),
  redirectURI: httpUrl()
    .exactOptional()
    .describe('Where the provider posts to: `<issuer>/callback` or `<issuer>/callback/<id>`. Default: the latter.'),
  ssoBinding: z
    .enum(['post', 'redirect'])
    .exactOptional()
    .describe('How requests travel: `post` or `redirect`. Default: what the metadata offers, else `post`. Not in Dex.'),
  sloURL: httpUrl()
    .exactOptional()
    .describe('Where logouts go (HTTP redirect binding). Default with metadata: what it says. Not in Dex.'),
  nameIDPolicyFormat: nameIdFormat
    .default(nameIdFormats.persistent ?? '')
    .describe('Format of the NameID to ask for, as URI or its last word. Default: `persistent`.'),
  userIDAttr: text()
    .exactOptional()
    .describe('Attribute with the immutable id of the user. Default: the NameID, as in Dex. Not in Dex.'),
  usernameAttr: text().describe('Attribute with the name of the user.'),
  preferredUsernameAttr: text().exactOptional().describe('Attribute for `preferred_username`. Not in Dex.'),
  emailAttr: text().describe('Attribute with the address of the user.'),
  insecureSkipEmailVerified: insecureSkipEmailVerifiedKey('SAML'),
  groupsAttr: text().exactOptional().describe('Attribute with the groups.'),
  groupsDelim: text().exactOptional().describe('What stands between groups, when a value holds several.'),
  allowedGroups: z.array(text()).default([]).describe('Only members of one of these may log in.'),
  filterGroups: z.boolean().default(false).describe('Hand on only the groups that are in `allowedGroups`.'),
  signingKey: fileName('rsaPrivateKey')
    .exactOptional()
    .describe('RSA private key for signing requests: path, or PEM. Not in Dex.'),
  signingCert: fileName('certificates')
    .exactOptional()
    .describe('Its certificate, for our metadata; signed forms have it, too. Not in Dex.'),
  decryptionKeys: z
    .array(fileName('rsaPrivateKey'))
    .default([])
    .describe('RSA private keys for encrypted assertions, the newest first: paths, or PEM. Not in Dex.'),
  decryptionCert: fileName('certificates')
    .exactOptional()
    .describe('Certificate of the newest, for our metadata. Not in Dex.'),
  insecureSkipSignatureValidation: noSkipping,
  insecureAllowSHA1: z.boolean().default(false).describe('Take signatures with SHA-1 too. Not in Dex.'),
  clockSkew: duration({ maxMs: 5 * minute })
    .default(minute / 2)
    .describe('How far the clocks of the provider and of this machine may be apart. Default: 30s. Not in Dex.'),
  refreshMaxAge: duration({ minMs: minute })
    .default(day)
    .describe(
      'How long refresh tokens are good after the login, since the provider cannot be asked. Default: 24h. Not in Dex.',
    ),
};

/** Dex's options of the connector `saml`, and more. */
export const samlConfig: z.ZodType<SamlConfig> = z
  .object(keys)
  .superRefine(exactlyOne('ca', 'caData', 'metadataURL', 'metadataFile'))
  .superRefine((config, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const hasMetadata = config.metadataURL !== undefined || config.metadataFile !== undefined;
    if (!hasMetadata && config.ssoURL === undefined) issue('ssoURL', 'is missing. Set it, or metadataURL.');
    if (config.allowedGroups.length > 0 && config.groupsAttr === undefined) {
      issue('allowedGroups', 'would let nobody in, because groupsAttr is missing. Set it.');
    }
    if (config.signingKey === undefined && config.signingCert !== undefined) {
      issue('signingCert', 'has no key. Set signingKey.');
    }
    if (config.decryptionKeys.length === 0 && config.decryptionCert !== undefined) {
      issue('decryptionCert', 'has no key. Set decryptionKeys.');
    }
  })
  .transform(({ insecureSkipSignatureValidation: _refused, ...config }) => config);
