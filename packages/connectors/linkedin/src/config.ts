import { duration, exactlyOne, type Registration, registrationKeys, rootCAsKey } from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface LinkedInConfig extends Registration {
  readonly rootCAs: readonly string[];
  /** Milliseconds after the login. */
  readonly refreshMaxAge: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** Dex's options of the connector `linkedin`, and a few more. */
export const linkedinConfig: z.ZodType<LinkedInConfig> = z
  .object({
    ...registrationKeys,
    rootCAs: rootCAsKey,
    refreshMaxAge: duration({ minMs: minute })
      .default(60 * day)
      .describe(
        'How long refresh tokens are good after the login at most. Default: 1440h, which are 60 days. Not in Dex.',
      ),
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
