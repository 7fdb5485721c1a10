import {
  baseUrl,
  exactlyOne,
  fileName,
  insecureSkipEmailVerifiedKey,
  rootCAsKey,
  secretText,
  text,
} from '@ostiary/connector-sdk/config';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** Where the account of this service has its role. */
export type KeystoneScope = 'project' | 'domain' | 'system';

/** The options of the connector, checked. Spelled as in Dex. */
export interface KeystoneConfig {
  readonly keystoneHost: string;
  readonly domain: string;
  readonly keystoneUsername: string;
  readonly keystonePassword?: Secret;
  readonly keystonePasswordFile?: string;
  readonly keystoneScope: KeystoneScope;
  readonly insecureSkipEmailVerified: boolean;
  readonly rootCAs: readonly string[];
}

/** Dex's options of the connector `keystone`, and a few more. */
export const keystoneConfig: z.ZodType<KeystoneConfig> = z
  .object({
    keystoneHost: baseUrl().describe('Where Keystone is, without `/v3`.'),
    domain: text()
      .default('default')
      .describe('Domain of the people and of the account below: `default`, a UUID, or a name.'),
    keystoneUsername: text().describe('Account that reads people and groups at a refresh.'),
    keystonePassword: secretText().exactOptional().describe('Its password.'),
    keystonePasswordFile: fileName('secret').exactOptional().describe('The same as a file, read at each use.'),
    keystoneScope: z
      .enum(['project', 'domain', 'system'])
      .default('project')
      .describe(
        'Where that account has its role: in its default project, as in Dex, on `domain`, or on the system. Default: project. Not in Dex.',
      ),
    insecureSkipEmailVerified: insecureSkipEmailVerifiedKey('Keystone'),
    rootCAs: rootCAsKey,
  })
  .superRefine(exactlyOne('keystonePassword', 'keystonePasswordFile'));
