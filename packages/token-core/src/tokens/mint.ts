import { type Clock, type IssuerId, OstiaryError, type RandomBytes } from '@ostiary/primitives';
import type { KeyRing } from '../keys/key-ring.ts';
import type { Signer } from '../keys/signer.ts';
import type { SigningAlgorithm } from '../keys/signing-algorithms.ts';
import { type ExtraClaims, type OwnClaims, tokenPayload } from './claims.ts';
import { halfHash } from './hashes.ts';
import { signCompact } from './jws.ts';

/** The `typ` of a JWT access token (RFC 9068 section 2.1). ID tokens have none, as Dex's have none. */
export const ACCESS_TOKEN_TYP = 'at+jwt';

/** The `typ` of a logout token (OpenID Connect Back-Channel Logout section 2.4). No other token of ours has it. */
export const LOGOUT_TOKEN_TYP = 'logout+jwt';

/** What a logout token is about (OpenID Connect Back-Channel Logout section 2.4). */
const logoutEvent = { 'http://schemas.openid.net/event/backchannel-logout': {} } as const;

/** From the minting to the arrival: the client is called at once. Two minutes are what the specification recommends. */
const LOGOUT_TOKEN_SECONDS = 120;

/** What every token says. */
export interface TokenInput {
  /** `sub`, see `encodeSubject`. */
  readonly subject: string;
  /** `aud`: one entry is written as a string, several as an array. */
  readonly audience: readonly [string, ...string[]];
  /** `azp`: the client the token was issued to, where the audience does not say it. */
  readonly authorizedParty?: string;
  /** From now, at most the `tokenLifetime` of the key policy. Whole seconds. */
  readonly lifetimeSeconds: number;
  /** Absent: the default of the key ring. */
  readonly algorithm?: SigningAlgorithm;
  readonly nonce?: string;
  /** When the person proved who they are. */
  readonly authTime?: Date;
  /** `jti`, for a caller who must store it before the token exists. Must be unique. Absent: a random UUID. */
  readonly tokenId?: string;
  /** `sid` (OpenID Connect Front-Channel Logout). */
  readonly sessionId?: string;
  /** Everything else, in the order in which it shall be written. */
  readonly claims: ExtraClaims;
}

/** What an ID token says (OpenID Connect Core section 2). */
export interface IdTokenInput extends TokenInput {
  /** The access token issued with it: gives `at_hash`. */
  readonly accessToken?: string;
  /** The authorization code it was issued for or with: gives `c_hash`. */
  readonly code?: string;
}

/** What a JWT access token says (RFC 9068 section 2.2). */
export interface AccessTokenInput extends TokenInput {
  readonly clientId: string;
  readonly scope: readonly string[];
}

/** Whose session is over, and which client hears so. */
export interface LogoutTokenInput extends Pick<TokenInput, 'subject' | 'algorithm'> {
  readonly clientId: string;
  /** `sid` */
  readonly sessionId: string;
}

/** A signed token, and what has to be known of it. */
export interface Minted {
  readonly token: string;
  /** The token's unique id, which clusters write into their audit log. */
  readonly jti: string;
  readonly expiresAt: Date;
}

/** Makes the tokens of one issuer. */
export interface Minter {
  /**
   * An ID token (OpenID Connect Core section 2).
   *
   * @throws {OstiaryError} `token/reserved_claim`; `keys/unavailable`; `config/invalid` for a lifetime the keys do not
   * outlive, and for an empty subject or audience, which no verifier takes.
   */
  idToken(input: IdTokenInput): Promise<Minted>;
  /** A JWT access token (RFC 9068). The same errors. */
  accessToken(input: AccessTokenInput): Promise<Minted>;
  /**
   * A logout token (OpenID Connect Back-Channel Logout section 2.4): good for two minutes, and never with a nonce, so that
   * nobody takes it for an ID token. The same errors.
   */
  logoutToken(input: LogoutTokenInput): Promise<Minted>;
}

/** Who issues, with which keys, by which clock. */
export interface MinterOptions {
  readonly issuer: IssuerId;
  readonly keys: KeyRing;
  readonly now: Clock;
  readonly random: RandomBytes;
}

/** A minter that signs with the present keys of a ring. */
export function createMinter(options: MinterOptions): Minter {
  const mint = async (token: { input: TokenInput; signer: Signer; more: Partial<OwnClaims>; typ?: string }) => {
    const own = { ...ownClaims(token.input, options), ...token.more };
    const signed = await signCompact(tokenPayload(own, token.input.claims), token);
    return { token: signed, jti: own.jti, expiresAt: new Date(own.exp * 1000) };
  };
  return {
    async idToken(input) {
      const signer = options.keys.signer(input.algorithm);
      const hash = (value: string | undefined) => (value === undefined ? undefined : halfHash(value, signer.alg));
      return mint({ input, signer, more: { at_hash: hash(input.accessToken), c_hash: hash(input.code) } });
    },
    async accessToken(input) {
      const signer = options.keys.signer(input.algorithm);
      const scope = input.scope.length === 0 ? undefined : input.scope.join(' ');
      return mint({ input, signer, more: { client_id: input.clientId, scope }, typ: ACCESS_TOKEN_TYP });
    },
    async logoutToken({ clientId, ...about }) {
      const signer = options.keys.signer(about.algorithm);
      const lifetimeSeconds = Math.min(LOGOUT_TOKEN_SECONDS, options.keys.tokenLifetime);
      const input: TokenInput = { ...about, audience: [clientId], lifetimeSeconds, claims: {} };
      return mint({ input, signer, more: { events: logoutEvent }, typ: LOGOUT_TOKEN_TYP });
    },
  };
}

function ownClaims(input: TokenInput, { issuer, keys, now, random }: MinterOptions): OwnClaims {
  const { lifetimeSeconds, audience, subject } = input;
  if (!subject || audience.length === 0 || [audience].flat().includes('')) {
    throw new OstiaryError('config/invalid', 'A token must have a subject and an audience.');
  }
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds <= 0 || lifetimeSeconds > keys.tokenLifetime) {
    throw new OstiaryError(
      'config/invalid',
      'A token must live whole seconds, and no longer than its key is published.',
      {
        detail: { lifetimeSeconds, longest: keys.tokenLifetime },
      },
    );
  }
  const iat = secondsSinceEpoch(now());
  return {
    iss: issuer,
    sub: subject,
    aud: audience.length === 1 ? audience[0] : audience,
    exp: iat + lifetimeSeconds,
    iat,
    jti: input.tokenId ?? uuid(random),
    azp: input.authorizedParty,
    nonce: input.nonce,
    auth_time: input.authTime && secondsSinceEpoch(input.authTime),
    sid: input.sessionId,
  };
}

const secondsSinceEpoch = (date: Date): number => Math.floor(date.getTime() / 1000);

/** A version 4 UUID (RFC 9562 section 5.4) from injected randomness. */
function uuid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x40, 6);
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
