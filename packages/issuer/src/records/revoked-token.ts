import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';

/**
 * A mark: the access token with this `jti`, or all tokens of a login, must not be believed although they have not expired.
 * It lives until the last of them has ended.
 *
 * Version 1: first form.
 */
export const revokedToken: RecordKind<{ readonly reason: string }> = {
  kind: 'revoked-token',
  version: 1,
  schema: z.object({ reason: z.string() }),
  encode: (value) => ({ reason: value.reason }),
};
