import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { compact } from './stored-identity.ts';

/** Whose logins can be ended. `value` is the `sub`, the address, the name of the group, or the id. */
export const revocationTargets = ['subject', 'email', 'group', 'client', 'connector', 'everybody'] as const;

/** One of {@link revocationTargets}. */
export type RevocationTarget = (typeof revocationTargets)[number];

/** Logins of these people, from before this moment, are over. */
export interface RevocationMark {
  readonly target: RevocationTarget;
  /** Empty for everybody. */
  readonly value: string;
  /** Seconds since the epoch: a login of this second, or from before it, is over. */
  readonly at: number;
  /** When no login from before can be there any more. Absent: never. */
  readonly until?: number | undefined;
}

/**
 * All marks, in one record: who is asked about may have thousands of groups, and must not cost as many questions.
 *
 * Version 1: first form.
 */
export const revocations: RecordKind<readonly RevocationMark[]> = {
  kind: 'revocations',
  version: 1,
  schema: z.array(
    z.object({
      target: z.enum(revocationTargets),
      value: z.string(),
      at: z.number().int(),
      until: z.number().int().optional(),
    }),
  ),
  encode: (marks) => marks.map((mark) => compact(mark)),
};
