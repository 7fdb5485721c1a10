import { httpUrl, secretText, text } from '@ostiary/connector-sdk/config';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** The options of the connector, checked. */
export interface TemplateNameConfig {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly baseUrl: string;
  readonly groups: readonly string[];
}

export const templateNameConfig: z.ZodType<TemplateNameConfig> = z
  .object({
    clientID: text().describe('The id of the application that was registered at Template Name.'),
    clientSecret: secretText().describe('Its secret.'),
    baseURL: httpUrl().describe('Where Template Name is, without a path.'),
    groups: z.array(text()).default([]).describe('Only people in one of these groups may log in.'),
  })
  .transform(({ clientID, baseURL, ...rest }) => ({ clientId: clientID, baseUrl: baseURL, ...rest }));
