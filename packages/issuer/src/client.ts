import type { Json, JsonObject, Secret } from '@ostiary/primitives';
import type { SigningAlgorithm } from '@ostiary/token-core';
import type { ClaimRule, PersonRule } from './policy/rules.ts';
import type { KubernetesUser } from './tokens/kubernetes-user.ts';

/** A relying party (RFC 6749 section 2), with Dex's `staticClients` keys under their names. */
export interface Client {
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
  /** Public clients (native apps, `kubectl login`) keep no secret and must use PKCE. */
  readonly public: boolean;
  /** None for a public client without one. Several while a secret is being changed. An empty one admits nobody. */
  readonly secrets: readonly Secret[];
  /** Compared byte for byte. A public client without any may use loopback redirects (RFC 8252 section 7.3). */
  readonly redirectUris: readonly string[];
  /** Clients that may ask for tokens with this one as an audience. */
  readonly trustedPeers: readonly string[];
  /** Connector ids that people may log in with; absent: all. */
  readonly allowedConnectors?: readonly string[];
  /**
   * Tokens for this client are for members of one of these groups, and for {@link allowedEmails}. Absent, both: for
   * everybody. It counts at every grant, also where another client asks for tokens with this one as an audience.
   */
  readonly allowedGroups?: readonly string[];
  /** Addresses that the provider has verified; case does not matter. */
  readonly allowedEmails?: readonly string[];
  /** Groups that tokens for this client may name: by name, or by how it begins (`team-*`). Absent: all. */
  readonly tokenGroups?: readonly string[];
  /**
   * What people must be besides to have tokens for this client, and who acts for itself where another client is to accept
   * its token. They count wherever {@link allowedGroups} does.
   */
  readonly userValidationRules?: readonly PersonRule[];
  /** What tokens for this client say besides, by claim. */
  readonly tokenClaims?: Readonly<Record<string, ClaimRule>>;
  /** Groups of the client itself, where it acts for itself (`clientCredentialsClaims.groups`). */
  readonly ownGroups?: readonly string[];
  /** Absent: the server's default. */
  readonly signingAlgorithm?: SigningAlgorithm;
  /** Seconds; absent: the server's default. */
  readonly idTokenLifetime?: number;
  readonly logoUrl?: string;
  /**
   * Clients that take over a login which people made for this one (`ssoSharedWith`), by id, or `*` for all. Absent: as
   * the sessions of the issuer say.
   */
  readonly sharesLoginWith?: readonly string[];
  /** `session`: its tokens are good as long as the session of the browser that it has them from. */
  readonly refreshTokenLifetime?: 'standalone' | 'session';
  /** Where a browser may go after a logout, compared byte for byte, also on loopback. */
  readonly postLogoutRedirectUris?: readonly string[];
  /** Where logout tokens go, an http(s) URL (OpenID Connect Back-Channel Logout section 2.2). Absent: it hears of none. */
  readonly backchannelLogoutUri?: string;
  /**
   * Seconds since the epoch. A login of this second, or from before it, was made for another client that had this id.
   * Absent: there was none.
   */
  readonly loginsAfter?: number;
  /** It is a cluster that asks about ID tokens at `/token/review`, with its secret. Absent: it may not. */
  readonly tokenReview?: TokenReviewRules;
}

/** Which ID tokens are good at a cluster, and who people are there. */
export interface TokenReviewRules {
  /** Audiences of which a token must have one. Absent: the id of the client alone. */
  readonly audiences?: readonly string[];
  /** Names by which the API server asks for itself (`--api-audiences`). A token for the cluster is one for each of them. */
  readonly apiAudiences?: readonly string[];
  readonly claimMappings: ClaimMappings;
  /** What a token must say besides. */
  readonly claimValidationRules?: readonly ReviewRule<JsonObject>[];
  /** What its user must be, with all prefixes. */
  readonly userValidationRules?: readonly ReviewRule<KubernetesUser>[];
}

/** A validation rule of kube-apiserver's `AuthenticationConfiguration`. */
export interface ReviewRule<Subject> {
  /** For the log: where it stands. */
  readonly name: string;
  /** What it throws is taken for a "no", and told to the operator. */
  readonly admits: (subject: Subject) => boolean;
}

/** `claimMappings` of kube-apiserver's `AuthenticationConfiguration`. */
export interface ClaimMappings {
  readonly username: PrefixedClaim | ComputedClaim;
  /** What is a list of texts, or one text. Absent: nobody has groups. */
  readonly groups?: PrefixedClaim | ComputedClaim;
  /** Absent: `sub`. */
  readonly uid?: { readonly claim: string } | ComputedClaim;
  /** By key: a text, or a list of them. What is empty is left out. */
  readonly extra?: Readonly<Record<string, ComputedClaim>>;
}

/** What is worked out of all claims of a token, where Kubernetes has an `expression`. */
export interface ComputedClaim {
  /** What it throws is taken for a token that names nobody, and told to the operator. */
  readonly compute: (claims: JsonObject) => Json | undefined;
}

/** The name of a claim, and what is put before what it says. */
export interface PrefixedClaim {
  readonly claim: string;
  readonly prefix: string;
}

/** Where clients are found. A host combines configured and stored ones. */
export interface ClientRegistry {
  /** @throws {OstiaryError} `storage/unavailable` */
  find(id: string): Promise<Client | undefined>;
}
