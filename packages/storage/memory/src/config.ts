import { z } from 'zod';

/** There is nothing to choose. */
export type MemoryConfig = Readonly<Record<never, never>>;

/** Accepts an empty block and a missing one. */
export const memoryConfig: z.ZodType<MemoryConfig> = z
  .object({})
  .nullish()
  .transform(() => ({}));
