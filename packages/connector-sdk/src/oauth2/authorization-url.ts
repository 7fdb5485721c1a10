/** An authorization request (RFC 6749 section 4.1.1). */
export interface AuthorizationRequest {
  /** The provider's authorization endpoint; a query of it is kept. */
  readonly endpoint: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  /** Further parameters. They cannot replace those above. */
  readonly more?: Readonly<Record<string, string>>;
}

/** The URL that starts a login with the code flow (RFC 6749 section 4.1.1). */
export function authorizationUrl(request: AuthorizationRequest): string {
  const url = new URL(request.endpoint);
  const parameters = {
    ...request.more,
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    ...(request.scopes.length === 0 ? {} : { scope: [...new Set(request.scopes)].join(' ') }),
    state: request.state,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
