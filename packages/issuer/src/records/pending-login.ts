import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { type Authenticated, authenticatedShape } from './authentication.ts';
import { compact } from './stored-identity.ts';

/**
 * A login that waits for consent. Its id is in the sealed cookie of the browser that logged in; it is taken, so of two
 * clicks on "Grant" one is answered with a code.
 *
 * Version 1: first form.
 */
export const pendingLogin: RecordKind<Authenticated> = {
  kind: 'pending-login',
  version: 1,
  schema: z.object(authenticatedShape),
  encode: compact,
};
