import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';

/**
 * A mark: the access token with this `jti` must not be believed although it has not expired. Lives as long as the token.
 *
 * Version 1: first form.
 */
export const revokedToken: RecordKind<{ readonly reason: string }> = {
  kind: 'revoked-token',
  version: 1,
  schema: z.object({ reason: z.string() }),
  encode: (value) => ({ reason: value.reason }),
};
