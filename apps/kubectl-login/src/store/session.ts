/** A session: who logged in where, and what is needed to renew that without asking again. */
import { createHash } from 'node:crypto';
import { Secret } from '@ostiary/primitives';
import * as z from 'zod/mini';

/** What decides which tokens a session yields. Two logins that differ in one of these are two sessions. */
export interface SessionKey {
  readonly issuer: string;
  readonly clientId: string;
  /** As asked for; empty for the default scopes. */
  readonly scopes: readonly string[];
  /** Dex and Ostiary: which upstream to log in with. */
  readonly connectorId?: string | undefined;
  /** Whom the person named before the login: two identities at one issuer are two sessions. */
  readonly loginHint?: string | undefined;
}

/** What the issuer's discovery document said, as far as a renewal or a logout needs it. */
export interface IssuerMetadata {
  readonly tokenEndpoint: string;
  readonly revocationEndpoint?: string | undefined;
  readonly idTokenAlgorithms?: readonly string[] | undefined;
  /** Milliseconds. */
  readonly fetchedAt: number;
}

export interface Session {
  readonly id: string;
  readonly key: SessionKey;
  /** PEM text of additional roots for the issuer. */
  readonly certificateAuthority?: string | undefined;
  readonly metadata: IssuerMetadata;
  /** Absent when the issuer gave none, or refused the last one. */
  readonly refreshToken?: Secret | undefined;
  readonly subject: string;
  /** For people: the user name, the e-mail address or the subject. */
  readonly user: string;
  /** Milliseconds. */
  readonly loggedInAt: number;
  /** The person logged in with a code, and will again: this machine has no browser. */
  readonly byDevice?: true | undefined;
}

const optionalText = z.optional(z.string());
const fileSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  key: z.object({
    issuer: z.url(),
    clientId: z.string(),
    scopes: z.array(z.string()),
    connectorId: optionalText,
    loginHint: optionalText,
  }),
  certificateAuthority: optionalText,
  metadata: z.object({
    tokenEndpoint: z.url(),
    revocationEndpoint: z.optional(z.url()),
    idTokenAlgorithms: z.optional(z.array(z.string())),
    fetchedAt: z.number(),
  }),
  refreshToken: optionalText,
  subject: z.string(),
  user: z.string(),
  loggedInAt: z.number(),
  byDevice: z.optional(z.literal(true)),
});

/**
 * The same inputs give the same id, so a second login replaces the first and the kubeconfig stays as it is. The host
 * is part of it for people; the hash covers every input that changes the token. An input that came later counts only
 * where it is given, so that the sessions from before keep their names.
 */
export function sessionId(key: SessionKey): string {
  const { issuer, clientId, scopes, connectorId = null, loginHint } = key;
  const inputs = [issuer, clientId, [...scopes].sort(), connectorId, ...(loginHint === undefined ? [] : [loginHint])];
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 10);
  const host = new URL(key.issuer).hostname.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `${host.replace(/^-+|-+$/g, '').slice(0, 40)}-${hash}`.replace(/^-/, '');
}

/** The text of a session file. */
export function formatSession(session: Session): string {
  const record = { version: 1, ...session, refreshToken: session.refreshToken?.reveal() };
  return `${JSON.stringify(record, null, 1)}\n`;
}

/** Reads the text of a session file; undefined when it is damaged or of another version. */
export function parseSession(text: string): Session | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { version: _, refreshToken, ...session } = parsed.data;
  return { ...session, refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken) };
}
