import type { RequestHeaders } from '@ostiary/connector-sdk';
import type { Json, Logger } from '@ostiary/primitives';

/** An HTTP request as the issuer sees it. A host (Koa, Hono, a Fetch API worker) makes one per request. */
export interface IssuerRequest {
  readonly method: string;
  /** Values of the `:name` parts of the endpoint's path, percent-decoded once. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body of an `application/x-www-form-urlencoded` request, else `undefined`. The host caps its size. */
  readonly form?: URLSearchParams;
  /**
   * The body of an `application/json` request, parsed, where the endpoint says that it `reads` JSON; else `undefined`. The
   * host caps its size.
   */
  readonly json?: Json;
  readonly headers: RequestHeaders;
  readonly cookies: ReadonlyMap<string, string>;
  /** Joins log lines, error pages and what a person reports. */
  readonly requestId: string;
  /** The log of this request: each line carries {@link requestId}. */
  readonly log: Logger;
  /** Address of the person, as far as the host trusts what it knows. */
  readonly clientAddress?: string;
}
