import type { JsonObject } from '@ostiary/primitives';
import type { RenewableLogins } from './administration/renewable-logins.ts';
import type { Reply } from './reply.ts';
import type { IssuerRequest } from './request.ts';

/** One route, below the issuer's path. */
export interface Endpoint {
  /** For metrics and logs: `token`. */
  readonly name: string;
  /** `/auth/:connector/login`: parts with a colon are parameters, one path segment each. */
  readonly path: `/${string}`;
  readonly methods: readonly ('GET' | 'POST')[];
  /** May be called by scripts of other origins (CORS), when the host allows any. */
  readonly cors: boolean;
  /** How an error is told: to a program (OAuth JSON) or to a person (page). */
  readonly audience: 'program' | 'person';
  /**
   * The reply depends on nothing in the request, as with discovery and the key set. It is one object for as long as it
   * does not change, so that a host may keep what it made of it, and answer without reading the request.
   */
  readonly sameForAll?: boolean;
  /** What its requests have in their body. Absent: a form. */
  readonly reads?: 'json';
  /** Bytes of the largest form that comes here, where that is more than a host allows everywhere. */
  readonly largestForm?: number;
  /** Never rejects: every failure is a reply, and has been logged. */
  handle(request: IssuerRequest): Promise<Reply>;
}

/** An issuer without a socket: a host mounts its endpoints below the path of the issuer identifier. */
export interface Issuer {
  readonly endpoints: readonly Endpoint[];
  /** For administrators. */
  readonly logins: RenewableLogins;
  /** What `/.well-known/openid-configuration` answers now. */
  metadata(): JsonObject;
}
