import { z } from 'zod';

/** The options of the storage, checked. */
export interface SqliteConfig {
  /** Path of the database file. It is made, with its folder, when it is not there. */
  readonly file: string;
}

/** What SQLite takes for something else than a path, and what to do instead. Here it would become a file of that name. */
export function noPathProblem(file: string): string | undefined {
  if (file !== ':memory:' && !file.startsWith('file:')) return undefined;
  return 'must be a plain path; for records in memory choose the storage type memory';
}

export const sqliteConfig: z.ZodType<SqliteConfig> = z.strictObject({
  file: z
    .string()
    .min(1, 'is empty. Write the path of the database file.')
    .superRefine((file, context) => {
      const problem = noPathProblem(file);
      if (problem !== undefined) context.addIssue(problem);
    }),
});
