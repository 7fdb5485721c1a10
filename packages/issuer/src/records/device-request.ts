import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { type AuthorizationRequest, authorizationRequestSchema } from '../requests/authorization-request.ts';
import { compact } from './stored-identity.ts';

/**
 * A device that waits for its person, under a hash of its user code. When the person has approved, there is an
 * authorization code under `['device', deviceCode]`; this record stays until its time is over, so that the user code
 * cannot come again in between.
 *
 * Version 1: first form.
 */
export interface DeviceRequest {
  readonly request: AuthorizationRequest;
  /** Hash of the device code. */
  readonly deviceCode: string;
  /** Milliseconds since the epoch of the last question of the device that was not too early. */
  readonly askedAt?: number | undefined;
  /** The person said no. */
  readonly denied?: true | undefined;
}

export const deviceRequest: RecordKind<DeviceRequest> = {
  kind: 'device-request',
  version: 1,
  schema: z.object({
    request: authorizationRequestSchema,
    deviceCode: z.string(),
    askedAt: z.number().int().optional(),
    denied: z.literal(true).optional(),
  }),
  encode: compact,
};
