/** What somebody who proves a connector hands to the kit: the connector, and the provider behind it, played. */
import type { Clock, Fetch } from '@ostiary/primitives';
import type { Connector, LoginStep } from '../connector.ts';
import type { ConnectorContext } from '../define.ts';

/**
 * The provider behind the connector, played in memory; a new one for each rule. What is optional is asked for only by
 * rules that need it, and such a rule fails with the name of what is missing: supply it, or waive the rule with a
 * reason.
 */
export interface Upstream {
  /** Answers the connector's requests. */
  readonly fetch: Fetch;
  /** Plays the browser and the person: logs in where `begin` leads to. Answers what the callback is called with. */
  visit?(step: LoginStep): URLSearchParams | Promise<URLSearchParams>;
  /** The same, but the person says no. */
  decline?(step: LoginStep): URLSearchParams | Promise<URLSearchParams>;
  /** Headers that an authenticating proxy adds to the callback. */
  headers?(): Headers;
  /** A name and a password that are right (connectors with a form). */
  readonly account?: { readonly username: string; readonly password: string };
  /** Everything secret that was given out so far: codes, tokens, tickets. */
  secrets?(): readonly string[];
  /** From now on the provider's answers are about an account with another immutable id. */
  becomeSomebodyElse?(): void;
  /** Ends the login at the provider: account disabled, grant revoked. */
  endLogin?(): void;
  /** Sets what the provider says of the address: `true`, `false`, `'true'`, or `undefined` for nothing. */
  setEmailVerified?(value: unknown): void;
  /** Sets the groups the provider answers. */
  setGroups?(groups: readonly string[]): void;
  /** A token that an exchange takes. */
  exchangeToken?(): Subject | Promise<Subject>;
  /** A token of the same provider for the same person that was meant for somebody else. */
  foreignToken?(): Subject | Promise<Subject>;
}

/** A token and its type (RFC 8693 section 3). */
export interface Subject {
  readonly token: string;
  readonly type: string;
}

/** The connector to be proved, with its provider and its secrets. */
export interface ConformanceSubject {
  /** Opens the connector, configured for {@link upstream}. Called anew for each rule, and once to see its facets. */
  open(context: ConnectorContext): Connector;
  /** @param now the time of the rule. */
  upstream(now: Clock): Upstream | Promise<Upstream>;
  /** Secrets of the configuration: client secret, bind password. At least 8 signs each, so that they can be found. */
  readonly secrets: readonly string[];
  /** Set it, with the reason, for a connector that asks nobody over a network. Waives the rules about one. */
  readonly offline?: string;
  /** Files that the configuration names. */
  readonly files?: Readonly<Record<string, string>>;
}
