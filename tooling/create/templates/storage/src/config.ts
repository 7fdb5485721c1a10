import { z } from 'zod';

/** The options of the storage, checked. */
export interface TemplateNameConfig {
  /** What all keys begin with. */
  readonly keyPrefix: string;
}

export const templateNameConfig: z.ZodType<TemplateNameConfig> = z.strictObject({
  keyPrefix: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be lower-case letters, digits and hyphens.')
    .default('ostiary'),
});
