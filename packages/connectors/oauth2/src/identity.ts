/** From the answer of the user endpoint to an account. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { type Account, claimsInside, unbelievable } from '@ostiary/connector-sdk/oauth2';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { OAuth2Config } from './config.ts';
import { userIdOf } from './user-id.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** What is known of somebody. */
export interface Answer {
  readonly claims: Claims;
  /** Straight from the token endpoint. Groups may stand inside. */
  readonly accessToken: Secret;
  /** Whether the client will see groups. The allow-list counts in any case. */
  readonly wantsGroups: boolean;
}

/**
 * Maps the fields.
 *
 * @throws {OstiaryError} `upstream/protocol` for an answer without a usable id; `login/not_allowed` when none of the
 *   groups is in `allowedGroups`.
 */
export function accountOf(answer: Answer, config: OAuth2Config): Account {
  const { claims } = answer;
  const { userIDKey, numericIDs, claimMapping: keys } = config;
  const userId = userIdOf(fieldOf(claims, userIDKey), numericIDs);
  if (userId === undefined) throw unbelievable({ reason: `"${userIDKey}" is no id`, field: userIDKey });
  const preferredUsername = textOf(claims, keys.preferredUsernameKey);
  const address = textOf(claims, keys.emailKey);
  const verified = fieldOf(claims, keys.emailVerifiedKey) === true;
  return {
    userId,
    username: textOf(claims, keys.userNameKey),
    ...(preferredUsername === '' ? {} : { preferredUsername }),
    ...(address === '' ? {} : { email: { address, verified } }),
    groups: groupsOf(answer, config),
    claims,
  };
}

function groupsOf({ claims, accessToken, wantsGroups }: Answer, config: OAuth2Config): readonly string[] {
  const { allowedGroups, claimMapping: keys } = config;
  if (!wantsGroups && allowedGroups.length === 0) return [];
  const inside = claimsInside(accessToken) ?? {};
  const found = [...readGroups(claims, keys.groupsKey), ...readGroups(inside, keys.groupsKey)];
  return requireAllowedGroups(uniqueGroups(found), allowedGroups);
}

const named = z.object({ name: z.string() }).transform(({ name }) => name);
const groups = z.array(z.union([z.string(), named]));

function readGroups(claims: Claims, key: string): readonly string[] {
  const value = fieldOf(claims, key);
  if (value === undefined || value === null) return [];
  const parsed = groups.safeParse(value);
  // A group that cannot be read must not be lost in silence: somebody may be let in, or kept out, by it.
  if (!parsed.success) throw unbelievable({ reason: `"${key}" is no list of groups`, field: key });
  return parsed.data;
}

/** The field of that very name, or, by its dots, one inside of objects. */
function fieldOf(claims: Claims, key: string): unknown {
  if (Object.hasOwn(claims, key)) return claims[key];
  return key.split('.').reduce<unknown>((value, part) => {
    const inside = typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
    return inside?.get(part);
  }, claims);
}

function textOf(claims: Claims, key: string): string {
  const value = fieldOf(claims, key);
  return typeof value === 'string' ? value : '';
}
