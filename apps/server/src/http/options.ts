/** What the host is given: the seam between the HTTP layer and the composition. */
import type { Issuer } from '@ostiary/issuer';
import type { IssuerId, Logger } from '@ostiary/primitives';
import type { Metrics } from '../ops/metrics.ts';
import type { RequestScope } from '../ops/request-scope.ts';
import type { Colour } from '../pages/colour.ts';

/** Who may be believed about the address of a person (`web.clientRemoteIP`). */
export interface TrustedProxies {
  readonly header: string;
  /** CIDR prefixes. */
  readonly networks: readonly string[];
}

/** How pages look: `frontend` of the configuration, checked. */
export interface Frontend {
  /** Name shown to people (`frontend.issuer`). */
  readonly title: string;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly logoUrl?: string;
  /** `frontend.extra.accent`, and the other texts of it that mean something here. */
  readonly accent?: Colour;
  readonly footer?: string;
  readonly supportUrl?: string;
}

export interface HostOptions {
  readonly id: IssuerId;
  readonly issuer: Pick<Issuer, 'endpoints'>;
  readonly frontend: Frontend;
  /** Extra response headers (`web.headers`). One that the host sends by itself is replaced; an empty value is ignored. */
  readonly headers: Readonly<Record<string, string>>;
  /** CORS origins; empty: none. `*`: any. */
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly trustedProxies?: TrustedProxies;
  /** Absent: nobody can read them, so nothing is counted. */
  readonly metrics: Metrics | undefined;
  readonly log: Logger;
  /** Told which request the issuer works for. */
  readonly requestScope: RequestScope;
  /** Milliseconds of a clock that never goes back (`performance.now`), for durations. */
  readonly elapsed: () => number;
  /** A new id per request (`crypto.randomUUID`). */
  readonly newRequestId: () => string;
  /** Called by `/healthz`: whether the server can do its work. */
  readonly isHealthy: () => Promise<boolean>;
}
