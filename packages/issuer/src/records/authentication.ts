import { z } from 'zod';
import { type AuthorizationRequest, authorizationRequestSchema } from '../requests/authorization-request.ts';
import { type StoredIdentity, storedIdentitySchema } from './stored-identity.ts';

/** Somebody proved who they are, for this request, with this connector. */
export interface Authenticated {
  readonly request: AuthorizationRequest;
  readonly connectorId: string;
  readonly identity: StoredIdentity;
  /** Seconds since the epoch: `auth_time`. */
  readonly authTime: number;
}

export const authenticatedShape: {
  request: z.ZodType<AuthorizationRequest>;
  connectorId: z.ZodString;
  identity: z.ZodType<StoredIdentity>;
  authTime: z.ZodNumber;
} = {
  request: authorizationRequestSchema,
  connectorId: z.string(),
  identity: storedIdentitySchema,
  authTime: z.number().int(),
};
