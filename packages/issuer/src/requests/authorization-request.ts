import { z } from 'zod';
import { DEVICE } from '../checks/redirect-uri.ts';
import { DEVICE_CODE, type GrantType } from '../grant-type.ts';

/** An authorization request (OpenID Connect Core section 3.1.2.1) of which every part has been checked. */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** Byte for byte as the client sent it; the token request must repeat it. {@link DEVICE} for a device. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** For a device: its user code. */
  readonly state?: string | undefined;
  readonly nonce?: string | undefined;
  readonly codeChallenge?: { readonly challenge: string; readonly method: 'S256' | 'plain' } | undefined;
  readonly prompt: readonly Prompt[];
  /** Seconds since the login that the client accepts. */
  readonly maxAge?: number | undefined;
  readonly loginHint?: string | undefined;
  /** The subject of a checked `id_token_hint`. */
  readonly expectedSubject?: string | undefined;
}

/** Whether a device made the request, and waits for the answer at the token endpoint (RFC 8628). */
export function isForDevice({ redirectUri }: Pick<AuthorizationRequest, 'redirectUri'>): boolean {
  return redirectUri === DEVICE;
}

/** The grant by which the answer is redeemed. */
export function grantTypeOf(request: Pick<AuthorizationRequest, 'redirectUri'>): GrantType {
  return isForDevice(request) ? DEVICE_CODE : 'authorization_code';
}

export type Prompt = 'none' | 'login' | 'consent' | 'select_account';

/** The same as it travels in a sealed cookie or a record. */
export const authorizationRequestSchema: z.ZodType<AuthorizationRequest> = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
  state: z.string().optional(),
  nonce: z.string().optional(),
  codeChallenge: z.object({ challenge: z.string(), method: z.enum(['S256', 'plain']) }).optional(),
  prompt: z.array(z.enum(['none', 'login', 'consent', 'select_account'])),
  maxAge: z.number().optional(),
  loginHint: z.string().optional(),
  expectedSubject: z.string().optional(),
});
