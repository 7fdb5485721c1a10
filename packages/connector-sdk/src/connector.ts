import type { Json, Secret } from '@ostiary/primitives';
import type { Authentication, Identity } from './identity.ts';

/** What a connector learns of the client's request: only what changes the questions it puts to its provider. */
export interface ConnectorScopes {
  /** A refresh token was asked for, so upstream credentials that last may be wanted. */
  readonly offlineAccess: boolean;
  /** Groups will be shown to the client. Allow-lists by group are enforced whether or not this is set. */
  readonly groups: boolean;
}

/** A login that begins: what the issuer asks of a connector that redirects. */
export interface BeginLogin {
  readonly scopes: ConnectorScopes;
  /** Where the provider must send the browser back to: this issuer's URL for this connector. */
  readonly callbackUrl: string;
  /** Send it along as `state` or `RelayState`, unchanged. The issuer made it and will check it. */
  readonly state: string;
  /** Who is expected, if the client said so (`login_hint`). */
  readonly loginHint?: string;
  /**
   * The client asks for a fresh login (`prompt=login`, `max_age`). The issuer looks at {@link Authentication.time}
   * afterwards; a login without one is refused where the client gave a `max_age`.
   */
  readonly forceLogin?: boolean;
}

/**
 * Where to send the browser. `keep` comes back in {@link FinishLogin}, sealed meanwhile; at most 1 KB as JSON. A secret in
 * it must be made for this login: the issuer may compress it together with what a stranger chose, and the length tells.
 */
export type LoginStep =
  | { readonly kind: 'redirect'; readonly url: string; readonly keep: Json }
  | {
      readonly kind: 'form';
      /** The URL that the browser posts the fields to. */
      readonly action: string;
      readonly fields: Readonly<Record<string, string>>;
      readonly keep: Json;
    };

/** Headers of a request, as a `Headers` object of the Fetch standard gives them. Names may be in any case. */
export type RequestHeaders = Pick<Headers, 'get' | 'has'>;

/** A login that comes back from the provider. */
export interface FinishLogin {
  readonly scopes: ConnectorScopes;
  readonly callbackUrl: string;
  /** What {@link BeginLogin} had. That the browser brought the same one has been checked. */
  readonly state: string;
  readonly keep: Json;
  /**
   * Query of a GET, or form of a POST. Of a form only what answers of OAuth 2.0, OpenID Connect, SAML and Apple hold
   * is sure to arrive: it may have been posted again by a page of the issuer.
   */
  readonly params: URLSearchParams;
  /** Headers of the request, for connectors behind an authenticating proxy. */
  readonly headers: RequestHeaders;
}

/**
 * A login that leads the browser to the provider and back (OAuth 2.0, OpenID Connect, SAML, an authenticating proxy).
 *
 * Both functions reject with an `OstiaryError`: `login/denied` when the person or the provider declined,
 * `login/not_allowed` when an allow-list refuses, `upstream/unavailable` when trying again may help,
 * `upstream/protocol` when the provider's answer must not be believed. The issuer waits 50 seconds for an answer, as it
 * does for one of the other facets; no answer is taken for `upstream/unavailable`.
 */
export interface RedirectLogin {
  /**
   * `post`: the provider posts its answer (SAML HTTP-POST binding), and one in a query is refused: it would stand in
   * histories and logs. Absent: both are taken.
   */
  readonly answeredBy?: 'post';
  begin(ask: BeginLogin): Promise<LoginStep>;
  finish(answer: FinishLogin): Promise<Identity>;
}

/** A name and a password that somebody typed into the form. */
export interface PasswordCheck {
  readonly username: string;
  readonly password: Secret;
  readonly scopes: ConnectorScopes;
}

/** A login with a form of this issuer (LDAP, a password database). */
export interface PasswordLogin {
  /** What to call the user name on the form: `Email Address`. */
  readonly prompt: string;
  /**
   * `rejected` for a wrong name or password, without saying which. The answer takes as long for an unknown name as
   * for a wrong password. Rejects like {@link RedirectLogin}.
   */
  check(ask: PasswordCheck): Promise<Identity | 'rejected'>;
}

/** Whose login is to be renewed. */
export interface RefreshAsk {
  /** The identity as it was after the login or the last refresh, with its `connectorData`. */
  readonly identity: Identity;
  readonly scopes: ConnectorScopes;
  /**
   * Stores `connectorData` at once: the next refresh begins with it, whatever comes of this one. Call it when the
   * provider has given something that makes the old data useless (a rotated refresh token), before anything else is
   * asked; an outage or the end of the process in between would end the login otherwise.
   *
   * Rejects with `storage/*` when it could not be stored: let that through.
   */
  readonly persist: (connectorData: Secret) => Promise<void>;
}

/** A refresh that asks the provider again. */
export interface UpstreamRefresh {
  readonly kind: 'upstream';
  /**
   * True when an answer spends what was asked with (a rotating upstream refresh token): the issuer then lets only one
   * of all its replicas ask at a time.
   */
  readonly exclusive: boolean;
  /**
   * The identity as it is now. `rejected` when the provider says that this login is over: account disabled, consent
   * withdrawn, no longer in an allowed group. A provider that cannot be reached is not a "no": reject with
   * `upstream/unavailable` and the person stays logged in.
   */
  refresh(ask: RefreshAsk): Promise<Identity | 'rejected'>;
}

/**
 * A provider that cannot be asked again: the identity of the login is used, for a limited time. It ends earlier where
 * the provider said so ({@link Authentication.expires}).
 */
export interface ReuseRefresh {
  readonly kind: 'reuse';
  /** Seconds after the login from which the person must log in anew. */
  readonly maxAgeSeconds: number;
}

/** How a login is renewed. A connector without it gives no refresh tokens. */
export type Refresh = UpstreamRefresh | ReuseRefresh;

/** A token of the provider that somebody wants to exchange (RFC 8693 section 2.1). */
export interface ExchangeAsk {
  readonly subjectToken: Secret;
  /** A token type URN of RFC 8693 section 3. */
  readonly subjectTokenType: string;
  readonly scopes: ConnectorScopes;
}

/** Turns a token of the provider into an identity (RFC 8693). */
export interface TokenExchange {
  /** The subject token types it takes. */
  readonly subjectTokenTypes: readonly string[];
  /** Checks signature, issuer, time and audience. `rejected` for a token that does not pass. */
  exchange(ask: ExchangeAsk): Promise<Identity | 'rejected'>;
}

/** Whose session at the provider is to end, and where the browser goes then. */
export interface LogoutAsk {
  /** Where the provider may send the browser afterwards: one address of the issuer for all connectors. */
  readonly returnUrl: string;
  /** Send it along as `state` or `RelayState`, unchanged. It fits into the 80 bytes of the latter. */
  readonly state: string;
  readonly connectorData?: Secret;
}

/** Ends the session at the provider as well, when that of the issuer is over already. */
export interface UpstreamLogout {
  /**
   * Where to send the browser, or `undefined` when the provider has no logout. Rejects like {@link RedirectLogin}; the
   * logout then goes on without the provider. What it says afterwards is not looked at.
   */
  begin(ask: LogoutAsk): Promise<{ readonly url: string } | undefined>;
}

/** A document about this connector that the administrators of its provider load: SAML service provider metadata. */
export interface ConnectorMetadata {
  /** Its media type: `application/samlmetadata+xml`. */
  readonly contentType: string;
  /**
   * The document. It is public: anybody may read it at `<callback of the connector>/metadata`.
   *
   * @param ask.callbackUrl what {@link BeginLogin} will have.
   */
  describe(ask: { readonly callbackUrl: string }): Promise<string>;
}

/** The powers a connector may have besides its login. */
export interface ConnectorFacets {
  readonly refresh?: Refresh;
  readonly exchange?: TokenExchange;
  readonly logout?: UpstreamLogout;
  readonly metadata?: ConnectorMetadata;
  /**
   * It knows at every request who is there, without asking them (an authenticating proxy). The issuer keeps no session
   * of its own for its logins: the next person in that browser may be another one.
   */
  readonly knowsAtEveryRequest?: true;
  /** Frees what the connector holds (connection pools). */
  close?(): Promise<void>;
}

/** A login kind and the optional powers. What a connector can do is visible in its type. */
export type Connector = ConnectorFacets &
  (
    | { readonly via: 'redirect'; readonly login: RedirectLogin }
    | { readonly via: 'password'; readonly login: PasswordLogin }
  );
