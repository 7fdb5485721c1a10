import { secretText, text } from '@ostiary/connector-sdk/config';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** `mockCallback` has no options. */
export type MockCallbackConfig = Readonly<Record<never, never>>;

export const mockCallbackConfig: z.ZodType<MockCallbackConfig> = z.object({});

/** The options of `mockPassword`, checked. */
export interface MockPasswordConfig {
  readonly username: string;
  readonly password: Secret;
}

export const mockPasswordConfig: z.ZodType<MockPasswordConfig> = z.object({
  username: text().describe('The one name that may log in.'),
  password: secretText().describe('Its password.'),
});
