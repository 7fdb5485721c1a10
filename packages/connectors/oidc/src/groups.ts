import { uniqueGroups } from '@ostiary/connector-sdk';
import { unbelievable } from '@ostiary/connector-sdk/oauth2';
import type { Claims } from '@ostiary/connector-sdk/oidc';
import { z } from 'zod';
import type { NewGroup } from './config.ts';

const named = z.object({ name: z.string() }).transform(({ name }) => name);
const groups = z.union([z.string().transform((one) => [one]), z.array(z.union([z.string(), named]))]);

/**
 * Groups as providers write them: a list of names, a list of objects with a `name`, or a single name.
 *
 * @throws {OstiaryError} `upstream/protocol` for anything else: a group that cannot be read must not be lost in silence.
 */
export function readGroups(value: unknown, claim: string): readonly string[] {
  if (value === undefined || value === null) return [];
  const parsed = groups.safeParse(value);
  if (!parsed.success) throw unbelievable({ reason: `malformed "${claim}" claim`, claim });
  return uniqueGroups(parsed.data);
}

/**
 * Groups put together from other claims, to the byte as Dex does: the prefix and the claims with the delimiter between
 * them, empty ones too. Claims that are no text are left out, and without any there is no group.
 */
export function newGroups(claims: Claims, rules: readonly NewGroup[]): readonly string[] {
  return rules.flatMap(({ claims: names, delimiter, clearDelimiter, prefix }) => {
    const values = names.map((name) => claims[name]).filter((value) => typeof value === 'string');
    const parts = values.map((value) => (clearDelimiter && delimiter !== '' ? value.replaceAll(delimiter, '') : value));
    return parts.length === 0 ? [] : uniqueGroups([[prefix, ...parts].join(delimiter)]);
  });
}
