/** Lifetimes, protocol, signing, log and looks: blocks of the file as the parts of the server want them. */
import {
  grantTypes as allGrantTypes,
  type Lifetimes,
  type ProtocolOptions,
  type SessionOptions,
} from '@ostiary/issuer';
import type { Frontend } from '../http/host.ts';
import type { LogLevel, LogSettings } from '../ops/logger.ts';
import { isColour } from '../pages/colour.ts';
import { isLogo } from '../pages/look.ts';
import type { SigningSettings, WebSettings } from './config.ts';
import type { Report } from './report.ts';
import { type ConfigFile, idleGrantTypes, noSessionsBlock } from './schema.ts';

/**
 * What counts when the file says nothing, in seconds. Where this differs from Dex it is written, with the reason, in
 * docs/dex-differences.md.
 */
const defaults = {
  idToken: 3600,
  login: 3600,
  /** RFC 6749 section 4.1.2 allows 600; a client asks at once. */
  code: 60,
  device: 300,
  reuseInterval: 30,
  absolute: 3960 * 3600,
  idle: 2160 * 3600,
  sessionIdle: 3600,
  rotationPeriod: 6 * 3600,
} as const;

/** `expiry`. In `refreshTokens`, `0s` means no limit, as in Dex. */
export function readLifetimes({
  idTokens,
  authRequests,
  deviceRequests,
  refreshTokens,
}: ConfigFile['expiry']): Lifetimes {
  const { absoluteLifetime = defaults.absolute, validIfNotUsedFor = defaults.idle } = refreshTokens;
  return {
    idToken: idTokens ?? defaults.idToken,
    login: authRequests ?? defaults.login,
    code: defaults.code,
    device: deviceRequests ?? defaults.device,
    refreshToken: {
      rotate: !refreshTokens.disableRotation,
      reuseInterval: refreshTokens.reuseInterval ?? defaults.reuseInterval,
      ...(absoluteLifetime === 0 ? {} : { absolute: absoluteLifetime }),
      ...(validIfNotUsedFor === 0 ? {} : { idle: validIfNotUsedFor }),
    },
  };
}

/** `oauth2` */
export function readProtocol(
  oauth2: ConfigFile['oauth2'],
  { withClientCredentials, report }: { readonly withClientCredentials: boolean; readonly report: Report },
): ProtocolOptions {
  const { grantTypes, skipApprovalScreen, alwaysShowLoginScreen, pkce } = oauth2;
  for (const idle of idleGrantTypes.filter((type) => grantTypes.includes(type))) {
    report.warn('oauth2.grantTypes', `names ${idle}, which Ostiary does not have. It is ignored.`);
  }
  // An empty list is that of Dex: all but one, unless a flag says all.
  const some = withClientCredentials && grantTypes.length === 0 ? allGrantTypes : grantTypes;
  return {
    ...(some.length === 0 ? {} : { grantTypes: allGrantTypes.filter((type) => some.includes(type)) }),
    skipApproval: skipApprovalScreen,
    alwaysShowLogin: alwaysShowLoginScreen,
    requirePkce: pkce.enforce,
    pkceMethods: pkce.codeChallengeMethodsSupported,
  };
}

export interface SessionsInput {
  /** Absent: the file has no such block. */
  readonly block: ConfigFile['sessions'] | undefined;
  /** `DEX_SESSIONS_ENABLED`, where it says something. */
  readonly flag: boolean | undefined;
  readonly report: Report;
}

/** `sessions`: on with the block or the flag of Dex. */
export function readSessions({ block, flag, report }: SessionsInput): SessionOptions | undefined {
  if (block !== undefined && flag === false) {
    report.warn('sessions', 'is ignored, because DEX_SESSIONS_ENABLED says false. Remove one of them.');
  }
  if (!(flag ?? block !== undefined)) return undefined;
  const { cookieName, absoluteLifetime, validIfNotUsedFor, ...shared } = block ?? noSessionsBlock;
  return {
    cookieName,
    absolute: absoluteLifetime,
    idle: validIfNotUsedFor ?? Math.min(defaults.sessionIdle, absoluteLifetime),
    sharedByDefault: shared.ssoSharedWithDefault === 'all',
    remembered: shared.rememberMeCheckedByDefault,
  };
}

export interface SigningInput {
  /** `signer.config`, when there is a signer block. */
  readonly signer:
    | { readonly keysRotationPeriod?: number; readonly algorithm: SigningSettings['algorithm'] }
    | undefined;
  /** `expiry.signingKeys` */
  readonly signingKeys: number | undefined;
  readonly report: Report;
}

/** `signer.config`, or the deprecated `expiry.signingKeys`. */
export function readSigning({ signer, signingKeys, report }: SigningInput): SigningSettings {
  if (signingKeys !== undefined) {
    const fate = signer === undefined ? 'is deprecated' : 'is ignored, because there is a signer block';
    report.warn('expiry.signingKeys', `${fate}. Write signer.config.keysRotationPeriod instead.`);
  }
  const fromExpiry = signer === undefined ? signingKeys : undefined;
  return {
    algorithm: signer?.algorithm ?? 'RS256',
    rotationPeriod: signer?.keysRotationPeriod ?? fromExpiry ?? defaults.rotationPeriod,
  };
}

const levels: readonly (readonly [number, LogLevel])[] = [
  [-4, 'debug'],
  [0, 'info'],
  [4, 'warn'],
  [8, 'error'],
];

/** Fields under the names that Dex gives them. Who has one left out there does not want to find it here. */
const ourNames: ReadonlyMap<string, string> = new Map([
  ['request_id', 'requestId'],
  ['client_remote_addr', 'clientAddress'],
  ['connector_id', 'connector'],
  ['user_id', 'user'],
  ['preferred_username', 'preferredUsername'],
]);

/** `logger`. Go's levels may be shifted (`INFO+2`): the first level at or above the sum. */
export function readLogging({ level, format, excludeFields }: ConfigFile['logger']): LogSettings {
  const [, name = 'info', shift = '0'] = /^([a-z]+)([+-]\d+)?$/iu.exec(level) ?? [];
  const base = levels.find(([, known]) => known === name.toLowerCase())?.[0] ?? 0;
  const wanted = levels.find(([value]) => value >= base + Number(shift))?.[1] ?? 'silent';
  return { level: wanted, format, excludeFields: excludeFields.map((name) => ourNames.get(name) ?? name) };
}

/** `frontend` */
export function readFrontend({ issuer, theme, logoURL, extra }: ConfigFile['frontend'], report: Report): Frontend {
  const known = (['auto', 'light', 'dark'] as const).find((name) => name === theme);
  if (known === undefined) report.warn('frontend.theme', `is "${theme}", not auto, light or dark. auto is used.`);
  const logoUrl = readLogo(logoURL, report);
  const { accent = '', footer = '', supportUrl = '', ...unused } = extra;
  for (const name of Object.keys(unused)) {
    report.warn(`frontend.extra.${name}`, 'is ignored: the pages know accent, footer and supportUrl.');
  }
  return {
    title: issuer,
    theme: known ?? 'auto',
    ...(logoUrl === undefined ? {} : { logoUrl }),
    ...(isColour(accent) ? { accent } : {}),
    ...(footer === '' ? {} : { footer }),
    ...(supportUrl === '' ? {} : { supportUrl }),
  };
}

/** Dex's own default is the file `theme/logo.png` of its web folder, which does not exist here. */
function readLogo(logo: string | undefined, report: Report): string | undefined {
  if (logo === undefined || isLogo(logo)) return logo;
  report.warn('frontend.logoURL', 'is ignored: it is no URL, no path like /logo.svg and no data:image/ text.');
  return undefined;
}

/** `web`, after the schema has seen that certificate and key are there for https. */
export function readWeb(web: ConfigFile['web'], report: Report): WebSettings {
  const { http, https, tlsCert: certFile = '', tlsKey: keyFile = '', clientRemoteIP } = web;
  const { header, trustedProxies: networks } = clientRemoteIP;
  const tls = {
    block: 'web',
    certFile,
    keyFile,
    minVersion: `TLSv${web.tlsMinVersion}`,
    maxVersion: `TLSv${web.tlsMaxVersion}`,
  } as const;
  if (header !== undefined && networks.length === 0) {
    report.warn('web.clientRemoteIP.header', 'is ignored without trustedProxies: anybody could send it. Add them.');
  }
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https: { address: https, tls } }),
    headers: Object.fromEntries(Object.entries(web.headers).filter(([, value]) => value !== '')),
    allowedOrigins: web.allowedOrigins,
    allowedHeaders: web.allowedHeaders,
    ...(header === undefined || networks.length === 0 ? {} : { trustedProxies: { header, networks } }),
  };
}
