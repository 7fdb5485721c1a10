/** The grants that the token endpoint knows (RFC 6749 section 4), by their names in a request and in discovery. */
export const grantTypes = ['authorization_code', 'refresh_token'] as const;

/** One of {@link grantTypes}. */
export type GrantType = (typeof grantTypes)[number];
