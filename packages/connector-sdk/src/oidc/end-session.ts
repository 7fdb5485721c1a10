import type { Secret } from '@ostiary/primitives';
import type { AuthorizationServer } from 'oauth4webapi';

/** Whose session at the provider ends (OpenID Connect RP-Initiated Logout section 2). */
export interface EndSessionRequest {
  readonly server: AuthorizationServer;
  readonly clientId: string;
  readonly returnUrl: string;
  readonly state: string;
  /** Spares the person a question, and some providers refuse to send the browser back without it. */
  readonly idToken?: Secret;
}

/** The URL that ends the session at the provider (OpenID Connect RP-Initiated Logout), if it has one. */
export function endSessionUrl(request: EndSessionRequest): string | undefined {
  if (request.server.end_session_endpoint === undefined) return undefined;
  const url = new URL(request.server.end_session_endpoint);
  url.searchParams.set('post_logout_redirect_uri', request.returnUrl);
  url.searchParams.set('client_id', request.clientId);
  url.searchParams.set('state', request.state);
  if (request.idToken !== undefined) url.searchParams.set('id_token_hint', request.idToken.reveal());
  return url.href;
}
