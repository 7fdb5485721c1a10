import type { Authentication, Identity } from '@ostiary/connector-sdk';
import { type Json, type JsonObject, OstiaryError, Secret } from '@ostiary/primitives';
import type { Sealer } from '@ostiary/token-core';
import { z } from 'zod';

const PURPOSE = 'connector-data';

/** How somebody proved who they are. Times are seconds since the epoch. */
export interface StoredAuthentication {
  readonly time?: number | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly contextClass?: string | undefined;
  readonly expires?: number | undefined;
}

/** How somebody is called. */
export interface PersonNames {
  readonly username: string;
  readonly preferredUsername?: string | undefined;
  readonly email?: { readonly address: string; readonly verified: boolean } | undefined;
  readonly groups: readonly string[];
}

/** An identity as it is stored: what the connector keeps for itself is sealed. */
export interface StoredIdentity extends PersonNames {
  readonly userId: string;
  readonly tenant?: string | undefined;
  readonly authentication?: StoredAuthentication | undefined;
  readonly renewable?: false | undefined;
  readonly connectorData?: string | undefined;
  /** What a mapping has found out besides. */
  readonly extra?: JsonObject | undefined;
  /** What the provider calls the person, where a mapping calls them otherwise. */
  readonly upstream?: PersonNames | undefined;
}

/** Who somebody is here: what the connector answered, by the rules of the operator. */
export interface AcceptedIdentity extends Omit<Identity, 'claims'>, Pick<StoredIdentity, 'extra' | 'upstream'> {}

const personNames = {
  username: z.string(),
  preferredUsername: z.string().optional(),
  email: z.object({ address: z.string(), verified: z.boolean() }).optional(),
  groups: z.array(z.string()),
};

export const storedIdentitySchema: z.ZodType<StoredIdentity> = z.object({
  userId: z.string().min(1),
  ...personNames,
  tenant: z.string().optional(),
  authentication: z
    .object({
      time: z.number().optional(),
      methods: z.array(z.string()).optional(),
      contextClass: z.string().optional(),
      expires: z.number().optional(),
    })
    .optional(),
  renewable: z.literal(false).optional(),
  connectorData: z.string().optional(),
  extra: z.record(z.string(), z.json()).optional(),
  upstream: z.object(personNames).optional(),
});

/** An identity as it was restored, and what it was restored from. */
export interface KnownIdentity {
  readonly identity: Identity;
  readonly stored: StoredIdentity;
}

/**
 * Makes the stored form, sealing what the connector handed over.
 *
 * @param known of the same person: what has not changed since, and was sealed with the present key, is not sealed again.
 */
export async function storeIdentity(
  identity: AcceptedIdentity,
  sealer: Sealer,
  known?: KnownIdentity,
): Promise<StoredIdentity> {
  const { authentication, connectorData, ...plain } = identity;
  return {
    ...plain,
    groups: [...new Set(identity.groups)],
    ...(authentication === undefined ? {} : { authentication: storeAuthentication(authentication) }),
    ...(connectorData === undefined
      ? {}
      : { connectorData: unchanged(connectorData, sealer, known) ?? (await sealData(connectorData, sealer)) }),
  };
}

function storeAuthentication({ time, expires, ...rest }: Authentication): StoredAuthentication {
  return {
    ...rest,
    ...(time === undefined ? {} : { time: epochSeconds(time) }),
    ...(expires === undefined ? {} : { expires: epochSeconds(expires) }),
  };
}

function restoreAuthentication({ time, expires, methods, contextClass }: StoredAuthentication): Authentication {
  return {
    ...(methods === undefined ? {} : { methods }),
    ...(contextClass === undefined ? {} : { contextClass }),
    ...(time === undefined ? {} : { time: new Date(time * 1000) }),
    ...(expires === undefined ? {} : { expires: new Date(expires * 1000) }),
  };
}

const epochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

const sealData = (data: Secret, sealer: Sealer): Promise<string> => sealer.seal(data.reveal(), { purpose: PURPOSE });

function unchanged(data: Secret, sealer: Sealer, known: KnownIdentity | undefined): string | undefined {
  const sealed = known?.stored.connectorData;
  if (sealed === undefined || known?.identity.connectorData?.reveal() !== data.reveal()) return undefined;
  return sealer.isCurrent(sealed) ? sealed : undefined;
}

/** The same login with other data of its connector, which is sealed. */
export async function withConnectorData(stored: StoredIdentity, data: Secret, sealer: Sealer): Promise<StoredIdentity> {
  return { ...stored, connectorData: await sealData(data, sealer) };
}

/**
 * The identity of a stored form, for the connector that made it and in its words.
 *
 * @throws {OstiaryError} `seal/invalid` when the sealing key is gone: the person must log in again.
 */
export async function restoreIdentity(stored: StoredIdentity, sealer: Sealer): Promise<Identity> {
  const { authentication, connectorData, tenant, renewable, userId } = stored;
  const { username, preferredUsername, email, groups } = stored.upstream ?? stored;
  return {
    ...{ userId, username, groups },
    ...(preferredUsername === undefined ? {} : { preferredUsername }),
    ...(email === undefined ? {} : { email }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(renewable === undefined ? {} : { renewable }),
    ...(authentication === undefined ? {} : { authentication: restoreAuthentication(authentication) }),
    ...(connectorData === undefined ? {} : { connectorData: await unseal(connectorData, sealer) }),
  };
}

async function unseal(sealed: string, sealer: Sealer): Promise<Secret> {
  const text = await sealer.open(sealed, { purpose: PURPOSE });
  if (typeof text !== 'string') throw new OstiaryError('seal/invalid', 'This login cannot be renewed.');
  return new Secret(text);
}

/**
 * A copy without the properties that are `undefined`: JSON has none, and a record must come back as it went in.
 *
 * @param value of objects, arrays and what JSON has besides.
 */
export function compact(value: object): JsonObject {
  const copy: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) copy[name] = compactValue(member);
  }
  return copy;
}

function compactValue(value: unknown): Json {
  if (Array.isArray(value)) return value.map(compactValue);
  // What is no object here is text, a number, true, false or null: the records' types have nothing else.
  return typeof value === 'object' && value !== null ? compact(value) : (value as Json);
}
