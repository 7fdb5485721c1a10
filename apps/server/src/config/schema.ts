/** The form of a configuration file: the keys that {@link keyDecisions} calls honoured. Defaults are elsewhere. */
import { duration, listWithDefault, secretText, text, textLike } from '@ostiary/connector-sdk/config';
import { grantTypes } from '@ostiary/issuer';
import { z } from 'zod';
import {
  backchannelUri,
  frontendExtra,
  headerValue,
  listenAddress,
  network,
  origin,
  postLogoutRedirectUri,
  redirectUri,
} from './fields.ts';
import { identityMappings, tokenClaims, userValidationRules } from './rules.ts';
import { tokenReview } from './token-review.ts';

const tlsVersion = z.enum(['1.2', '1.3']);
const flag = z.boolean().default(false);
const seconds = (minSeconds = 0) => duration({ minMs: minSeconds * 1000 }).transform((ms) => Math.ceil(ms / 1000));
/** A block that may be left out: its keys then have their defaults. `never`, because the empty block fits every shape here. */
const block = <T extends z.core.$ZodLooseShape>(shape: T) => z.object(shape).prefault(() => ({}) as never);

/** `web` without what its keys need of each other. */
export const webKeys = z.object({
  http: listenAddress.exactOptional(),
  https: listenAddress.exactOptional(),
  tlsCert: text().exactOptional(),
  tlsKey: text().exactOptional(),
  tlsMinVersion: tlsVersion.default('1.2'),
  tlsMaxVersion: tlsVersion.default('1.3'),
  headers: block({
    'Content-Security-Policy': headerValue.exactOptional(),
    'X-Frame-Options': headerValue.exactOptional(),
    'X-Content-Type-Options': headerValue.exactOptional(),
    'X-XSS-Protection': headerValue.exactOptional(),
    'Strict-Transport-Security': headerValue.exactOptional(),
  }),
  allowedOrigins: z.array(origin).default([]),
  allowedHeaders: listWithDefault(text(), ['Authorization']),
  clientRemoteIP: block({ header: text().exactOptional(), trustedProxies: z.array(network).default([]) }),
});

const web = webKeys.superRefine((value, context) => {
  const missing = (path: string, why: string): void =>
    context.addIssue({ code: 'custom', path: [path], message: `is missing, but ${why}. Add it.` });
  if (value.http === undefined && value.https === undefined) missing('http', 'there must be http or https');
  if (value.https !== undefined && value.tlsCert === undefined) missing('tlsCert', 'https needs a certificate');
  if (value.https !== undefined && value.tlsKey === undefined) missing('tlsKey', 'https needs a private key');
  checkTlsVersions(value, context);
});

function checkTlsVersions(
  { tlsMinVersion, tlsMaxVersion }: Pick<z.infer<typeof webKeys>, 'tlsMinVersion' | 'tlsMaxVersion'>,
  context: z.RefinementCtx,
): void {
  if (tlsMinVersion <= tlsMaxVersion) return;
  context.addIssue({ code: 'custom', path: ['tlsMinVersion'], message: 'is above tlsMaxVersion. Lower it.' });
}

/** `grpc` without what its keys need of each other. */
export const grpcKeys = z.object({
  addr: listenAddress.exactOptional(),
  tlsCert: text().exactOptional(),
  tlsKey: text().exactOptional(),
  tlsClientCA: text().exactOptional(),
  tlsMinVersion: tlsVersion.default('1.2'),
  tlsMaxVersion: tlsVersion.default('1.3'),
});

const grpc = grpcKeys.superRefine((value, context) => {
  const { addr, tlsCert, tlsKey, tlsClientCA } = value;
  const missing = (path: string, why: string): void =>
    context.addIssue({ code: 'custom', path: [path], message: `is missing, but ${why}. Add it.` });
  if (addr === undefined && (tlsCert ?? tlsKey ?? tlsClientCA) !== undefined) missing('addr', 'there are files for it');
  if (tlsCert === undefined && tlsKey !== undefined) missing('tlsCert', 'there is a private key');
  if (tlsKey === undefined && tlsCert !== undefined) missing('tlsKey', 'there is a certificate');
  if (tlsClientCA !== undefined && tlsCert === undefined && tlsKey === undefined) {
    missing('tlsCert', 'certificates of clients are shown over TLS only');
  }
  checkTlsVersions(value, context);
});

const nobody = 'is empty, so nobody could log in. Name some, or remove it to let in everybody.';

export const staticClient = z.object({
  id: text().exactOptional(),
  idEnv: text().exactOptional(),
  secret: secretText().exactOptional(),
  secretEnv: text().exactOptional(),
  secretFile: text()
    .exactOptional()
    .describe('Path of a file with the secret, read at start. One of secret, secretEnv and secretFile.'),
  name: text(),
  redirectURIs: z.array(redirectUri).default([]),
  postLogoutRedirectURIs: z.array(postLogoutRedirectUri).default([]),
  backchannelLogoutURI: backchannelUri.exactOptional(),
  trustedPeers: z.array(text()).default([]),
  public: flag,
  logoURL: text().exactOptional(),
  allowedConnectors: z.array(text()).default([]),
  clientCredentialsClaims: z.object({ groups: z.array(text()).default([]) }).exactOptional(),
  refreshTokenLifetime: z.enum(['', 'standalone', 'session']).default(''),
  ssoSharedWith: z.array(text()).exactOptional(),
  allowedGroups: z
    .array(text())
    .min(1, nobody)
    .exactOptional()
    .describe('Tokens for this client are for members of one of these groups, and for `allowedEmails`.'),
  allowedEmails: z
    .array(textLike(/^[^\s@]+@[^\s@]+$/u, 'is no address. Write it like jane@example.com.'))
    .min(1, nobody)
    .exactOptional()
    .describe('Tokens for this client are for people with one of these addresses, verified by their provider.'),
  tokenGroups: z
    .array(textLike(/^[^*]*\*?$/u, 'has a * inside. Put it at the end: team-* means all that begin with team-.'))
    .exactOptional()
    .describe('Groups that tokens for this client may name: by name, or by how it begins, as in `team-*`.'),
  userValidationRules: userValidationRules
    .exactOptional()
    .describe('What people must be besides to have tokens for this client. All of the rules must come to true.'),
  tokenClaims: tokenClaims
    .exactOptional()
    .describe('By name, CEL that comes to what tokens for this client say besides, whatever the scopes.'),
  idTokenLifetime: seconds(60)
    .exactOptional()
    .describe('Lifetime of the ID and access tokens of this client, instead of expiry.idTokens.'),
  signingAlgorithm: z
    .enum(['RS256', 'ES256', 'EdDSA'])
    .exactOptional()
    .describe('RS256, ES256 or EdDSA for the tokens of this client. kube-apiserver does not accept EdDSA.'),
  tokenReview: tokenReview.exactOptional(),
});

/** Grants of Dex that do not exist here. They do nothing in Dex either without keys that are refused. */
export const idleGrantTypes = ['implicit', 'password'] as const;

export const connector = z.object({
  type: text(),
  id: text(),
  name: text(),
  config: z.unknown().optional(),
  grantTypes: z.array(z.enum([...grantTypes, ...idleGrantTypes])).default([]),
  identityMappings: identityMappings
    .exactOptional()
    .describe('How its people are called here, instead of how the provider calls them.'),
  userValidationRules: userValidationRules
    .exactOptional()
    .describe('What its people must be to have tokens, whichever client asks. All of the rules must come to true.'),
});

const oauth2 = block({
  grantTypes: z
    .array(z.enum([...grantTypes, ...idleGrantTypes]))
    .refine(
      (grants) => grants.length === 0 || grants.includes('authorization_code'),
      'must contain authorization_code, or nobody could log in. Add it.',
    )
    .default([]),
  responseTypes: z
    .array(z.string().refine((type) => type === 'code', 'must be "code": tokens are not put into URLs. Remove it.'))
    .default(['code']),
  skipApprovalScreen: flag,
  alwaysShowLoginScreen: flag,
  pkce: block({ enforce: flag, codeChallengeMethodsSupported: listWithDefault(z.enum(['S256', 'plain']), ['S256']) }),
});

const expiry = block({
  idTokens: seconds(60).exactOptional(),
  authRequests: seconds(60).exactOptional(),
  deviceRequests: seconds(1).exactOptional(),
  signingKeys: seconds(60).exactOptional(),
  refreshTokens: block({
    disableRotation: flag,
    reuseInterval: seconds().exactOptional(),
    absoluteLifetime: seconds().exactOptional(),
    validIfNotUsedFor: seconds().exactOptional(),
  }),
});

const attempts = z.int().min(0, 'is negative. Write how many, or 0 for no limit.');
const passwordAttempts = block({
  perAccount: attempts.exactOptional().describe('For one name at one connector, within the window.'),
  perAddress: attempts
    .exactOptional()
    .describe('From one network address. Behind a proxy, set web.clientRemoteIP first.'),
  window: seconds(1).exactOptional().describe('From the first wrong password to the end of the pause.'),
}).describe('How many wrong passwords are heard, at connectors with a form. 0: no limit.');

const logger = block({
  level: z
    .string()
    .regex(/^(?:debug|info|warn|error)(?:[+-]\d{1,3})?$/iu, 'is not a level. Write debug, info, warn or error.')
    .default('info'),
  format: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['text', 'json'], 'is not a format. Write text or json.'))
    .default('text'),
  excludeFields: z.array(text()).default([]),
});

const frontend = block({
  issuer: text().default('Ostiary'),
  theme: text().default('auto'),
  logoURL: text().exactOptional(),
  extra: frontendExtra.default({}),
});

export const telemetryKeys = z.object({ http: listenAddress.exactOptional() });

const sessions = z
  .object({
    cookieName: textLike(/^[\w!#$%&'*+.^`|~-]+$/u, 'is no name of a cookie. Use letters, digits, - and _.')
      .refine(
        (name) => !/^(?:login-|logout-|__)/u.test(name),
        'begins with login-, logout- or __, which other cookies do. Change it.',
      )
      .default('ostiary_session'),
    absoluteLifetime: seconds(1).default(24 * 3600),
    validIfNotUsedFor: seconds(1).exactOptional(),
    ssoSharedWithDefault: z.enum(['none', 'all']).default('none'),
    rememberMeCheckedByDefault: z.boolean().default(true),
  })
  .superRefine(({ absoluteLifetime, validIfNotUsedFor = 0 }, context) => {
    if (validIfNotUsedFor <= absoluteLifetime) return;
    context.addIssue({ code: 'custom', path: ['validIfNotUsedFor'], message: 'is above absoluteLifetime. Lower it.' });
  });

/** `staticPasswords`: the connector of the password database reads the rest. */
const staticPassword = z.looseObject({ hash: z.string().exactOptional(), hashFromEnv: text().exactOptional() });

export const fileSchema = z.object({
  issuer: text(),
  storage: z.object({ type: text(), config: z.unknown().optional() }),
  web,
  telemetry: telemetryKeys.prefault({}),
  grpc: grpc.prefault({}),
  oauth2,
  expiry,
  passwordAttempts,
  sessions: sessions.exactOptional(),
  logger,
  frontend,
  signer: z.object({ type: text(), config: z.unknown().optional() }).exactOptional(),
  enablePasswordDB: flag,
  staticPasswords: z.array(staticPassword).default([]),
  staticClients: z.array(staticClient).default([]),
  connectors: z.array(connector).default([]),
});

/** `sessions`, of a file that has no such block. */
export const noSessionsBlock: z.infer<typeof sessions> = sessions.parse({});

/** `signer.config` of the local signer. */
export const signerSchema = z.object({
  keysRotationPeriod: seconds(60).exactOptional(),
  algorithm: z.enum(['RS256', 'ES256']).default('RS256'),
});

export type ConfigFile = z.infer<typeof fileSchema>;
