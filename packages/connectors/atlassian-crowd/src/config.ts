import {
  baseUrl,
  exactlyOne,
  insecureSkipEmailVerifiedKey,
  type Registration,
  registrationKeys,
  rootCAsKey,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface AtlassianCrowdConfig extends Omit<Registration, 'redirectURI'> {
  readonly baseURL: string;
  readonly groups: readonly string[];
  readonly preferredUsernameField?: 'key' | 'name' | 'email';
  readonly usernamePrompt: string;
  readonly insecureSkipEmailVerified: boolean;
  readonly rootCAs: readonly string[];
}

/** Dex's options of the connector `atlassian-crowd`, and a few more. */
export const atlassianCrowdConfig: z.ZodType<AtlassianCrowdConfig> = z
  .object({
    baseURL: baseUrl().describe('Where Crowd is, like https://crowd.example.com/crowd.'),
    clientID: text().describe('Name of the application in Crowd.'),
    clientSecret: registrationKeys.clientSecret.describe('Password of the application.'),
    clientSecretFile: registrationKeys.clientSecretFile.describe('The same as a file, read at each use.'),
    groups: z
      .array(text())
      .default([])
      .describe('Only members of one of these may log in, and only these are handed on.'),
    preferredUsernameField: z
      .enum(['key', 'name', 'email'])
      .exactOptional()
      .describe('What becomes `preferred_username`. Default: nothing.'),
    usernamePrompt: z.string().default('').describe('What the form calls the user name. Default: Username.'),
    insecureSkipEmailVerified: insecureSkipEmailVerifiedKey('Crowd'),
    rootCAs: rootCAsKey,
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
