import { exactlyOne, type Registration, registrationKeys, rootCAsKey } from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface LinkedInConfig extends Registration {
  readonly rootCAs: readonly string[];
}

/** Dex's options of the connector `linkedin`, and a few more. */
export const linkedinConfig: z.ZodType<LinkedInConfig> = z
  .object({ ...registrationKeys, rootCAs: rootCAsKey })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
