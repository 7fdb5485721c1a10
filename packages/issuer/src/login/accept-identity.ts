import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '@ostiary/connector-sdk';
import { isJsonObject } from '@ostiary/primitives';
import { requireIdentity } from '../checks/identity.ts';
import type { ConnectorEntry, MappedIdentity } from '../connectors.ts';
import { applied } from '../policy/rules.ts';
import type { AcceptedIdentity, StoredIdentity } from '../records/stored-identity.ts';

/**
 * What a connector answered, checked and then mapped. `before`: the login that is renewed. Everything behind this
 * point (policy, log, records, tokens) knows the person by the mapped names; the connector gets its own back.
 *
 * @throws {OstiaryError} `upstream/protocol` for what is no identity; `login/not_allowed` when the mapping fails.
 */
export function acceptIdentity(
  answer: Identity,
  { id, mapIdentity }: Pick<ConnectorEntry, 'id' | 'mapIdentity'>,
  before?: StoredIdentity,
): AcceptedIdentity {
  requireIdentity(answer);
  const { claims, username, preferredUsername, email, groups, ...rest } = answer;
  const said = namesOf({ username, preferredUsername, email, groups });
  if (mapIdentity === undefined) return { ...rest, ...said };
  return applied(`mapping of ${id}`, () => {
    const { extra, ...mapped } = mapIdentity(answer, before && { ...namesOf(before), ...extraOf(before) });
    const names = namesOf(mapped);
    const accepted = { ...rest, ...names, ...extraOf({ extra }) };
    // Whoever embeds the issuer may have written the mapping without types.
    requireIdentity(accepted);
    if (extra !== undefined && !isJsonObject(extra)) throw new TypeError('answers an extra that is no object');
    return isDeepStrictEqual(said, names) ? accepted : { ...accepted, upstream: said };
  });
}

const extraOf = ({ extra }: Pick<StoredIdentity, 'extra'>): Pick<MappedIdentity, 'extra'> =>
  extra === undefined ? {} : { extra };

type Names = Omit<MappedIdentity, 'extra'>;

const namesOf = ({
  username,
  preferredUsername,
  email,
  groups,
}: { readonly [Name in keyof Names]: Names[Name] | undefined } & Pick<Names, 'groups' | 'username'>): Names => ({
  username,
  ...(preferredUsername === undefined ? {} : { preferredUsername }),
  ...(email === undefined ? {} : { email }),
  groups,
});
