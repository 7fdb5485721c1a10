/**
 * What becomes of every key of a Dex configuration file. The rule: a key that only tunes what Ostiary does not have is
 * ignored with a warning; a key whose silent absence would break a client or weaken security is refused.
 *
 * `docs/dex-differences.md` and `docs/configuration.md` are checked against this list, and so is the schema,
 * which describes the keys that Dex does not have.
 */

export type Decision =
  /** Works; `note` says where it works otherwise than in Dex. */
  | { readonly path: string; readonly decision: 'honoured'; readonly note?: string }
  /** Taken out, with a warning that says `because`. */
  | { readonly path: string; readonly decision: 'ignored'; readonly because: string }
  /** The server does not start; `because` says what to do. `empty`: what becomes of `{}`, `[]` and `""`. */
  | { readonly path: string; readonly decision: 'refused'; readonly because: string; readonly empty: EmptyValue };

/** `warned`: it does nothing, in Dex too. `taken`: it says what holds here anyway. */
type EmptyValue = 'warned' | 'taken';

const honoured = (path: string, note?: string): Decision =>
  note === undefined ? { path, decision: 'honoured' } : { path, decision: 'honoured', note };
const ignored = (path: string, because: string): Decision => ({ path, decision: 'ignored', because });
const refused = (path: string, because: string, empty: EmptyValue = 'warned'): Decision => ({
  path,
  decision: 'refused',
  because,
  empty,
});

const noCookieKey = 'the cookie holds nothing but random signs, so there is nothing to encrypt.';
const noMfa = 'Ostiary asks for no second factor yet. Remove it, and ask for one at the identity provider.';
const noVault = 'Ostiary signs with local keys only, not with Vault or OpenBao yet. Remove it.';
const noFrontendFiles = 'the pages are built in. Set frontend.issuer, logoURL, theme and extra instead.';

/** Keys of Dex, in the order of its documentation. */
export const keyDecisions: readonly Decision[] = [
  honoured('issuer', 'An https or http URL without query or fragment. Kept byte for byte.'),
  honoured('storage'),
  honoured(
    'storage.type',
    '`memory`, `sqlite3` (or `sqlite`), `postgres`, `mysql`, `etcd`, `kubernetes`: all of Dex; and `redis`.',
  ),
  honoured('storage.config'),
  honoured('web'),
  honoured('web.http'),
  honoured('web.https'),
  honoured(
    'web.tlsCert',
    'Must be readable and fit the key at the start. Taken up while running: renames, writes in place, SIGHUP. A bad file keeps the old one.',
  ),
  honoured('web.tlsKey'),
  honoured('web.tlsMinVersion'),
  honoured('web.tlsMaxVersion'),
  honoured('web.headers', 'Safe headers are sent without it.'),
  honoured('web.headers.Content-Security-Policy'),
  honoured('web.headers.X-Frame-Options'),
  honoured('web.headers.X-Content-Type-Options'),
  honoured('web.headers.X-XSS-Protection'),
  honoured('web.headers.Strict-Transport-Security'),
  honoured('web.allowedOrigins'),
  honoured('web.allowedHeaders'),
  honoured('web.clientRemoteIP'),
  honoured('web.clientRemoteIP.header'),
  honoured('web.clientRemoteIP.trustedProxies'),
  honoured('telemetry'),
  honoured('telemetry.http'),
  ignored('telemetry.enableProfiling', 'Go profiles do not exist here. Use `node --inspect` on a test server.'),
  honoured('oauth2'),
  honoured(
    'oauth2.grantTypes',
    '`authorization_code`, `refresh_token`, `urn:ietf:params:oauth:grant-type:device_code`, `urn:ietf:params:oauth:grant-type:token-exchange` and, only when it is named, `client_credentials`. `implicit` and `password`, which do nothing in Dex without other keys, are ignored with a warning.',
  ),
  honoured('oauth2.responseTypes', '`code` only; others are refused.'),
  honoured('oauth2.skipApprovalScreen'),
  honoured('oauth2.alwaysShowLoginScreen'),
  honoured('oauth2.pkce'),
  honoured('oauth2.pkce.enforce', 'Public clients always need PKCE.'),
  honoured('oauth2.pkce.codeChallengeMethodsSupported', 'Without it `S256` alone.'),
  refused(
    'oauth2.passwordConnector',
    'Ostiary has no password grant (OAuth 2.1 removed it). Remove it, and let the client use the authorization code flow.',
  ),
  honoured('grpc'),
  honoured(
    'grpc.addr',
    'Without `grpc.tlsClientCA` it is opened on a loopback address alone; another one is not, with a warning.',
  ),
  honoured('grpc.tlsCert', 'As `web.tlsCert`.'),
  honoured('grpc.tlsKey'),
  honoured('grpc.tlsClientCA', 'Taken up while running, as `grpc.tlsCert`; those who are connected connect anew.'),
  honoured('grpc.tlsMinVersion'),
  honoured('grpc.tlsMaxVersion'),
  ignored(
    'grpc.reflection',
    'the API does not describe itself. Give programs the file proto/api.proto of the package @ostiary/server.',
  ),
  honoured('expiry'),
  honoured('expiry.idTokens', 'Without it 1h (Dex: 24h).'),
  honoured('expiry.authRequests', 'Without it 1h (Dex: 24h).'),
  honoured('expiry.deviceRequests'),
  honoured('expiry.signingKeys', 'Deprecated: use signer.config.keysRotationPeriod.'),
  honoured('expiry.refreshTokens'),
  honoured('expiry.refreshTokens.disableRotation'),
  honoured('expiry.refreshTokens.reuseInterval', 'Without it 30s (Dex: 0s). A retry gets the same successor.'),
  honoured('expiry.refreshTokens.absoluteLifetime', 'Without it 3960h (Dex: never). `0s` is never.'),
  honoured('expiry.refreshTokens.validIfNotUsedFor', 'Without it 2160h (Dex: never). `0s` is never.'),
  honoured('logger'),
  honoured('logger.level'),
  honoured('logger.format'),
  honoured('logger.excludeFields'),
  honoured('frontend'),
  ignored('frontend.dir', noFrontendFiles),
  honoured(
    'frontend.logoURL',
    'A URL, a path like `/logo.svg`, or `data:image/`. Others, as `theme/logo.png`, are ignored with a warning.',
  ),
  honoured('frontend.issuer', 'Without it `Ostiary`.'),
  honoured('frontend.theme', '`light`, `dark` or `auto`; other names become `auto`.'),
  honoured('frontend.extra', '`accent`, `footer` and `supportUrl`; others are ignored with a warning.'),
  honoured('signer'),
  honoured('signer.type', '`local`; `vault` is refused.'),
  honoured('signer.config'),
  honoured('signer.config.keysRotationPeriod', 'Without it 6h.'),
  honoured('signer.config.algorithm'),
  refused('signer.config.addr', noVault),
  refused('signer.config.token', noVault),
  refused('signer.config.keyName', noVault),
  honoured('enablePasswordDB'),
  honoured('staticPasswords'),
  honoured('staticPasswords[].email', 'Used twice is an error.'),
  honoured('staticPasswords[].hash', 'argon2id too. The cost is checked at start.'),
  honoured('staticPasswords[].hashFromEnv'),
  honoured('staticPasswords[].username'),
  honoured('staticPasswords[].name'),
  honoured('staticPasswords[].preferredUsername'),
  honoured('staticPasswords[].emailVerified'),
  honoured('staticPasswords[].userID', 'Required: without one, all people would be the same subject.'),
  honoured('staticPasswords[].groups'),
  honoured('staticClients'),
  honoured('staticClients[].id', 'Used twice is an error.'),
  honoured('staticClients[].idEnv', 'An unset or empty variable is an error.'),
  honoured('staticClients[].secret'),
  honoured('staticClients[].secretEnv', 'An unset or empty variable is an error.'),
  honoured('staticClients[].name'),
  honoured('staticClients[].redirectURIs'),
  honoured('staticClients[].postLogoutRedirectURIs', 'Does nothing without sessions, with a warning.'),
  honoured(
    'staticClients[].backchannelLogoutURI',
    'An http or https URL without user name and fragment. Does nothing without sessions, with a warning.',
  ),
  honoured(
    'staticClients[].refreshTokenLifetime',
    '`session` needs sessions. It ends access tokens as well, and ID tokens where the issuer is asked about them.',
  ),
  honoured('staticClients[].trustedPeers'),
  honoured('staticClients[].public', 'A public client must use PKCE.'),
  honoured('staticClients[].logoURL', 'Ignored with a warning when it is no URL.'),
  honoured('staticClients[].allowedConnectors'),
  refused('staticClients[].mfaChain', noMfa, 'taken'),
  honoured('staticClients[].ssoSharedWith', 'Does nothing without sessions, with a warning.'),
  honoured('staticClients[].clientCredentialsClaims'),
  honoured(
    'staticClients[].clientCredentialsClaims.groups',
    'For tokens that it gets for itself, with the scope `groups`.',
  ),
  honoured('connectors'),
  honoured('connectors[].type'),
  honoured('connectors[].id', 'Used twice is an error.'),
  honoured('connectors[].name'),
  honoured(
    'connectors[].config',
    'A file that they name and that cannot be read ends the start, whatever the flags say.',
  ),
  honoured(
    'connectors[].grantTypes',
    'Grants that no connector is used with are dropped from the list, with a warning.',
  ),
  honoured(
    'sessions',
    'The block alone switches sessions on, `sessions: {}` too. Without block and flag there are none.',
  ),
  honoured('sessions.cookieName', 'Without it `ostiary_session`. Below https it begins with `__Host-`.'),
  honoured('sessions.absoluteLifetime'),
  honoured('sessions.validIfNotUsedFor', 'Without it 1h, or absoluteLifetime when that is less.'),
  honoured('sessions.ssoSharedWithDefault'),
  honoured('sessions.rememberMeCheckedByDefault'),
  ignored('sessions.cookieEncryptionKey', noCookieKey),
  refused('mfa', noMfa),
  refused('mfa.authenticators', noMfa),
  refused('mfa.authenticators[].id', noMfa),
  refused('mfa.authenticators[].type', noMfa),
  refused('mfa.authenticators[].connectorTypes', noMfa),
  refused('mfa.authenticators[].config', noMfa),
  refused('mfa.authenticators[].config.issuer', noMfa),
  refused('mfa.authenticators[].config.rpDisplayName', noMfa),
  refused('mfa.authenticators[].config.rpID', noMfa),
  refused('mfa.authenticators[].config.rpOrigins', noMfa),
  refused('mfa.authenticators[].config.attestationPreference', noMfa),
  refused('mfa.authenticators[].config.timeout', noMfa),
  refused('mfa.authenticators[].config.userVerification', noMfa),
  refused('mfa.authenticators[].config.authenticatorAttachment', noMfa),
  refused('mfa.defaultMFAChain', noMfa),
];

/** Environment variables that switch Dex's features. */
export const flagDecisions: readonly Decision[] = [
  honoured('DEX_EXPAND_ENV'),
  honoured('DEX_CONTINUE_ON_CONNECTOR_FAILURE'),
  honoured('DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS', 'Without it, or true: unknown keys are errors. false: warnings.'),
  ignored('DEX_ENT_ENABLED', 'Ostiary has one storage for each database.'),
  ignored('DEX_API_CONNECTORS_CRUD', 'connectors are in the configuration file alone.'),
  ignored('DEX_API_SESSIONS_IDENTITIES_CRUD', 'the API has no such calls. `ostiary revoke` ends logins and sessions.'),
  honoured(
    'DEX_CLIENT_CREDENTIAL_GRANT_ENABLED_BY_DEFAULT',
    'true: adds `client_credentials` where `oauth2.grantTypes` is empty.',
  ),
  honoured('DEX_SESSIONS_ENABLED', 'A `sessions` block switches them on without it. false: off, block or not.'),
  ignored('DEX_FRONTEND_DIR', noFrontendFiles),
];
