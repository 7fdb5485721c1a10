import { z } from 'zod';

/** The options of the storage, checked. */
export interface SqliteConfig {
  /** Path of the database file. It is made, with its folder, when it is not there. */
  readonly file: string;
}

const notAFile = (file: string): boolean => file === ':memory:' || file.startsWith('file:');

export const sqliteConfig: z.ZodType<SqliteConfig> = z.strictObject({
  file: z
    .string()
    .min(1, 'is empty. Write the path of the database file.')
    .refine((file) => !notAFile(file), 'must be a plain path; for records in memory choose the storage type memory'),
});
