import type { Client } from '../client.ts';
import type { Parameters } from '../parameters.ts';
import type { IssuerRequest } from '../request.ts';

/** A token request of a client that has been authenticated. */
export interface GrantRequest {
  readonly params: Parameters;
  readonly client: Client;
  readonly request: IssuerRequest;
}
