import type { Clock, Fetch, Logger, RandomBytes } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Connector } from './connector.ts';
import type { Identity } from './identity.ts';

/** How to reach a provider: whom to trust and how patient to be. */
export interface HttpOptions {
  /** Certificates in PEM that are trusted besides the system's. */
  readonly certificateAuthorities?: readonly string[];
  /** Accept any certificate. For test environments; the operator is warned. */
  readonly insecureSkipVerify?: boolean;
  /** Client certificate and key in PEM, for providers that want mutual TLS. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** Use no proxy, whatever the environment says: for services of the machine, whose answers no proxy may see. */
  readonly direct?: boolean;
  /** Milliseconds until a request, body included, is given up. */
  readonly timeoutMs?: number;
  /** Bytes of a body from which an answer is refused. */
  readonly maxBytes?: number;
  /**
   * No request spends or changes anything, whatever its method: each may be sent again after a failure. For APIs that
   * are read by POST. Default: only GET and HEAD are.
   */
  readonly idempotent?: boolean;
}

/** Makes a `fetch` with these options; proxy variables of the environment count unless it is to be direct. */
export type OpenHttp = (options?: HttpOptions) => Fetch;

/**
 * Remembers what must work only once (the id of a SAML assertion), in a memory that all replicas share.
 *
 * @param id what was used; ids of different connectors do not meet.
 * @param until the moment from which it would be refused anyway, so that it can be forgotten.
 * @returns true for the first caller, false for every other one; of parallel callers one is the first.
 */
export type FirstUse = (id: string, until: Date) => Promise<boolean>;

/** All that a connector is given. It reads no other clock, randomness, file, environment or network. */
export interface ConnectorContext {
  /** The id of this connector in the configuration; a part of every `sub`. */
  readonly id: string;
  /** The name people see. */
  readonly name: string;
  readonly http: OpenHttp;
  /** Reads a file that the configuration names (certificates, secrets), as text. */
  readonly readFile: (path: string) => Promise<string>;
  readonly firstUse: FirstUse;
  readonly now: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
}

/** What people want to know before they choose a connector, in half sentences for a table. */
export interface ConnectorAbout {
  /** Whose accounts log in: `GitHub and GitHub Enterprise Server`. */
  readonly provider: string;
  /** What becomes a group: `teams, as org:team`. `none` where the provider has none. */
  readonly groups: string;
  /** What becomes `preferred_username`; `none` where the provider has none. */
  readonly preferredUsername: string;
  /** When an address counts as verified. */
  readonly emailVerified: string;
  /** What {@link Identity.claims} of its answers hold: `the ID token and userinfo`. Absent: nothing. */
  readonly claims?: string;
  /** What the tests of the connector run against, so that nobody takes a stand-in for the real thing. */
  readonly testedAgainst: string;
}

/** A connector as a plug-in: a name for configuration files, a schema for its options, a function that opens it. */
export interface ConnectorDefinition<C> {
  /** The name operators write: `connectors[].type` in a configuration file. */
  readonly type: string;
  /** Other names for the same connector. */
  readonly aliases?: readonly string[];
  readonly about?: ConnectorAbout;
  /**
   * Checks and completes the options; what it answers is what {@link open} gets. A Standard Schema. When it also
   * gives a JSON Schema (zod does), keys are matched without regard to case and unknown keys are named, as in Dex.
   */
  readonly config: StandardSchemaV1<unknown, C>;
  /**
   * Makes the connector. No network and no waiting here: a provider that is down must not keep the issuer from
   * starting, and what discovery needs is fetched, and fetched again after a failure, when it is first used.
   */
  open(config: C, context: ConnectorContext): Connector;
}

/** Gives a definition its type; nothing else happens. */
export function defineConnector<C>(definition: ConnectorDefinition<C>): ConnectorDefinition<C> {
  return definition;
}
