/** The public half of a signing key as RFC 7517 section 4 writes it. */
export type PublicJwk = {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
  /** RSA modulus and exponent (RFC 7518 section 6.3.1). */
  readonly n?: string;
  readonly e?: string;
  /** Curve and coordinates (RFC 7518 section 6.2.1, RFC 8037 section 2). */
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
};

/** What a JWKS endpoint serves (RFC 7517 section 5). A type alias, so that it is JSON for the compiler too. */
export type PublicJwkSet = { readonly keys: readonly PublicJwk[] };

/** The key-type members that may leave. A list of what is allowed: a private member it does not know stays inside. */
const publicMembers = ['crv', 'x', 'y', 'n', 'e'] as const;

/** Names of a key that its material does not hold. */
export interface JwkNames {
  readonly kid: string;
  readonly alg: string;
}

/** The public members of `jwk`, whatever else it holds. */
export function toPublicJwk(jwk: { readonly [member: string]: unknown }, { kid, alg }: JwkNames): PublicJwk {
  const material: { [Member in (typeof publicMembers)[number]]?: string } = {};
  for (const member of publicMembers) {
    const value = jwk[member];
    if (typeof value === 'string') material[member] = value;
  }
  return { use: 'sig', kty: String(jwk.kty), kid, alg, ...material };
}
