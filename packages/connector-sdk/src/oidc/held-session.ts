/** What an OpenID Connect login leaves for later: refresh and logout. */
import { Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { Identity } from '../identity.ts';

/** What lies in `connectorData`. */
export interface HeldSession {
  /** The `sub` of the provider; where another claim is the user id, it differs from that. */
  readonly subject: string;
  readonly refreshToken?: string | undefined;
  /** For `id_token_hint` at logout. */
  readonly idToken?: string | undefined;
}

const schema = z.object({
  subject: z.string(),
  refreshToken: z.string().optional(),
  idToken: z.string().optional(),
});

/** Puts a session into `connectorData`. */
export function writeSession(session: HeldSession): Secret {
  return new Secret(JSON.stringify(session));
}

/** The session of a login; `undefined` for an identity without, or with what another version wrote. */
export function readSession({ connectorData }: Pick<Identity, 'connectorData'>): HeldSession | undefined {
  if (connectorData === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(connectorData.reveal()));
  } catch {
    return undefined;
  }
}
