/** What an OAuth 2.0 login leaves for its refresh. */
import { type Clock, Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { Identity } from '../identity.ts';
import type { TokenSet } from './tokens.ts';

/** The tokens of a login, as they lie in `connectorData`. */
export interface HeldTokens {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** Absent: the provider did not say when the access token ends. */
  readonly expiresAt?: Date;
  /** When the login was that these tokens go back to. */
  readonly loggedInAt: Date;
}

const schema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).exactOptional(),
  /** Seconds since 1970. */
  expiresAt: z.number().exactOptional(),
  /** Seconds since 1970. */
  loggedInAt: z.number(),
});

/** Seconds before its end from which an access token is not used any more: the request takes time. */
const marginSeconds = 10;

/**
 * The tokens of an answer, as of now. `before` are those it was asked for with: the login is theirs, and without a new
 * refresh token theirs goes on (RFC 6749 section 6).
 */
export function holdTokens(tokens: TokenSet, now: Clock, before?: HeldTokens): HeldTokens {
  const { accessToken, expiresInSeconds } = tokens;
  const refreshToken = tokens.refreshToken ?? before?.refreshToken;
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(expiresInSeconds === undefined ? {} : { expiresAt: new Date(now().getTime() + expiresInSeconds * 1000) }),
    loggedInAt: before?.loggedInAt ?? now(),
  };
}

/** True when the access token has ended, or is about to. */
export function hasExpired({ expiresAt }: HeldTokens, now: Clock): boolean {
  return expiresAt !== undefined && now().getTime() >= expiresAt.getTime() - marginSeconds * 1000;
}

/** Puts tokens into `connectorData`. */
export function writeHeldTokens({ accessToken, refreshToken, expiresAt, loggedInAt }: HeldTokens): Secret {
  const data: z.input<typeof schema> = {
    accessToken: accessToken.reveal(),
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.reveal() }),
    ...(expiresAt === undefined ? {} : { expiresAt: Math.floor(expiresAt.getTime() / 1000) }),
    loggedInAt: Math.floor(loggedInAt.getTime() / 1000),
  };
  return new Secret(JSON.stringify(data));
}

/** The tokens of a login; `undefined` for an identity without, or with what another version wrote. */
export function readHeldTokens({ connectorData }: Pick<Identity, 'connectorData'>): HeldTokens | undefined {
  const data = connectorData && parse(connectorData.reveal());
  if (data === undefined) return undefined;
  const { accessToken, refreshToken, expiresAt, loggedInAt } = data;
  return {
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt * 1000) }),
    loggedInAt: new Date(loggedInAt * 1000),
  };
}

function parse(text: string): z.output<typeof schema> | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
