/** What a login leaves for later: refresh and logout. Only this connector reads it. */
import type { Identity } from '@ostiary/connector-sdk';
import { Secret } from '@ostiary/primitives';
import { z } from 'zod';

export interface ConnectorData {
  /** The `sub` of the provider; with `userIDKey` it is not the user id. */
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

export function writeConnectorData(data: ConnectorData): Secret {
  return new Secret(JSON.stringify(data));
}

/** `undefined` for an identity without, or with what another version wrote. */
export function readConnectorData({ connectorData }: Pick<Identity, 'connectorData'>): ConnectorData | undefined {
  if (connectorData === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(connectorData.reveal()));
  } catch {
    return undefined;
  }
}
