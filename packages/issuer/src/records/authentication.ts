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
  /** Seconds since the epoch: when the login was finished here. Absent in records of before this was kept. */
  readonly loggedInAt?: number | undefined;
  /** The session of the browser: `sid`. */
  readonly sessionId?: string | undefined;
}

export const authenticatedShape: {
  request: z.ZodType<AuthorizationRequest>;
  connectorId: z.ZodString;
  identity: z.ZodType<StoredIdentity>;
  authTime: z.ZodNumber;
  loggedInAt: z.ZodOptional<z.ZodNumber>;
  sessionId: z.ZodOptional<z.ZodString>;
} = {
  request: authorizationRequestSchema,
  connectorId: z.string(),
  identity: storedIdentitySchema,
  authTime: z.number().int(),
  loggedInAt: z.number().int().optional(),
  sessionId: z.string().optional(),
};

/** When the person logged in here, as far as the record knows. */
export const sinceOf = ({ loggedInAt, authTime }: Authenticated): number => loggedInAt ?? authTime;
