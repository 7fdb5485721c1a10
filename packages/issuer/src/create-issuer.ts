import { renewableLogins } from './administration/renewable-logins.ts';
import { checkOptions } from './checks/options.ts';
import { createContext, type IssuerContext } from './context.ts';
import { approvalEndpoint } from './endpoints/approval.ts';
import { authorizeEndpoint, connectorEndpoint } from './endpoints/authorize.ts';
import { callbackEndpoints } from './endpoints/callback.ts';
import { deviceEndpoints } from './endpoints/device.ts';
import { deviceAuthorizationEndpoint } from './endpoints/device-authorization.ts';
import { discoveryEndpoint, metadataOf } from './endpoints/discovery.ts';
import { homeEndpoint } from './endpoints/home.ts';
import { introspectionEndpoint } from './endpoints/introspection.ts';
import { jwksEndpoint } from './endpoints/jwks.ts';
import { logoutEndpoint } from './endpoints/logout.ts';
import { logoutCallbackEndpoint } from './endpoints/logout-callback.ts';
import { metadataEndpoint } from './endpoints/metadata.ts';
import { passwordEndpoint } from './endpoints/password.ts';
import { revocationEndpoint } from './endpoints/revocation.ts';
import { tokenEndpoint } from './endpoints/token.ts';
import { tokenReviewEndpoint } from './endpoints/token-review.ts';
import { userinfoEndpoint } from './endpoints/userinfo.ts';
import { DEVICE_CODE } from './grant-type.ts';
import type { Endpoint, Issuer } from './issuer.ts';
import type { IssuerOptions, SessionOptions } from './options.ts';

/**
 * Makes an issuer of its parts. It opens no socket and keeps nothing but caches: everything that must last is in
 * `options.storage`, everything a login needs before somebody has logged in is in the browser's sealed cookie.
 *
 * @throws {OstiaryError} `config/invalid` for options that cannot work, such as tokens that outlive their keys.
 */
export function createIssuer(options: IssuerOptions): Issuer {
  checkOptions(options);
  const context = createContext(options);
  return {
    endpoints: [
      discoveryEndpoint(context),
      jwksEndpoint(context),
      authorizeEndpoint(context),
      connectorEndpoint(context),
      passwordEndpoint(context),
      ...callbackEndpoints(context),
      metadataEndpoint(context),
      approvalEndpoint(context),
      tokenEndpoint(context),
      ...(context.grantTypes.includes(DEVICE_CODE) ? devices(context) : []),
      introspectionEndpoint(context),
      revocationEndpoint(context),
      tokenReviewEndpoint(context),
      userinfoEndpoint(context),
      ...(context.sessions === undefined ? [] : ofSessions(context, context.sessions)),
    ],
    logins: renewableLogins(context),
    metadata: () => metadataOf(context, context.keys.publicKeys()),
  };
}

const ofSessions = (context: IssuerContext, sessions: SessionOptions): readonly Endpoint[] => [
  logoutEndpoint(context),
  logoutCallbackEndpoint(context),
  homeEndpoint(context, sessions),
];

const devices = (context: IssuerContext): readonly Endpoint[] => [
  deviceAuthorizationEndpoint(context),
  ...deviceEndpoints(context),
];
