import { baseUrl, exactlyOne, type Registration, registrationKeys, text } from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. */
export interface TemplateNameConfig extends Registration {
  readonly baseURL: string;
  readonly groups: readonly string[];
}

/** The options of the connector `template-name`. */
export const templateNameConfig: z.ZodType<TemplateNameConfig> = z
  .object({
    ...registrationKeys,
    baseURL: baseUrl().describe('Where Template Name is.'),
    groups: z.array(text()).default([]).describe('Only members of one of these may log in.'),
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
