import type { ClientRequest } from '../checks/client.ts';
import type { Client } from '../client.ts';

/** A token request of a client that has been authenticated. */
export interface GrantRequest extends ClientRequest {
  readonly client: Client;
}
