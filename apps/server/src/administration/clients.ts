import { httpUrl } from '@ostiary/connector-sdk/config';
import type { Client, RegisteredClients } from '@ostiary/issuer';
import { type IssuerId, type RandomBytes, Secret } from '@ostiary/primitives';
import { randomToken } from '@ostiary/token-core';
import { z } from 'zod';
import { publicPathProblem, redirectUri } from '../config/fields.ts';
import type { ClientAdministration, ClientRegistration, ClientWithSecret } from './administration.ts';
import { checked, refused, shownText, standsInFile } from './refusals.ts';

export interface ClientsOptions {
  readonly issuer: IssuerId;
  /** Those of the configuration file. */
  readonly inFile: readonly Client[];
  readonly registered: RegisteredClients;
  readonly random: RandomBytes;
}

/** Clients for administrators: those of the file to look at, those that are registered to change. */
export function administerClients({ issuer, inFile, registered, random }: ClientsOptions): ClientAdministration {
  const fromFile = (id: string): Client | undefined => inFile.find((client) => client.id === id);
  const requireRegistered = (id: string): void => {
    if (fromFile(id) !== undefined) throw standsInFile(`The client ${JSON.stringify(id)}`);
  };
  return {
    async find(id) {
      const client = fromFile(id);
      return client === undefined ? registered.get(id) : toRegistration(client);
    },
    async create(wanted) {
      const client = completed(wanted, random);
      requireUsable(client, issuer);
      if (fromFile(client.id) !== undefined) return undefined;
      return (await registered.create(client)) ? client : undefined;
    },
    async update(id, changes) {
      requireRegistered(id);
      const current = await registered.get(id);
      if (current === undefined) return false;
      requireUsable({ ...current, ...changes }, issuer);
      return registered.update(id, (client) => ({ ...client, ...changes }));
    },
    async remove(id) {
      requireRegistered(id);
      return registered.remove(id);
    },
    async list() {
      const others = await registered.list();
      return [...inFile, ...others.filter(({ id }) => fromFile(id) === undefined)].map(toRegistration);
    },
  };
}

/** The secret of one that is not public is made up here unless it is given: nobody shall think of one. */
function completed(wanted: Partial<ClientWithSecret>, random: RandomBytes): ClientWithSecret {
  const {
    id = '',
    secret,
    logoUrl,
    public: isPublic = false,
    name = '',
    redirectUris = [],
    trustedPeers = [],
  } = wanted;
  const given = secret === undefined || secret.reveal() === '' ? undefined : secret;
  const own = given ?? (isPublic ? undefined : new Secret(randomToken(random)));
  return {
    id: id === '' ? randomToken(random, 16) : id,
    ...{ name, public: isPublic, redirectUris, trustedPeers },
    ...(own === undefined ? {} : { secret: own }),
    ...(logoUrl === undefined || logoUrl === '' ? {} : { logoUrl }),
  };
}

const registration = z.object({
  id: shownText,
  name: shownText,
  redirectUris: z.array(redirectUri).max(100, 'has more than 100 entries.'),
  trustedPeers: z
    .array(shownText.min(1, 'is empty. Write the id of a client.'))
    .max(1_000, 'has more than 1000 entries.'),
  logoUrl: httpUrl().exactOptional(),
});

/** A registered client is as good as one in the file. */
function requireUsable(client: ClientRegistration, issuer: IssuerId): void {
  checked(registration, client);
  if (!client.public) return;
  for (const [index, uri] of client.redirectUris.entries()) {
    const problem = publicPathProblem(uri, issuer);
    if (problem !== undefined) throw refused(`redirectUris[${index}] ${problem}`);
  }
}

/** Without its secret. */
function toRegistration({
  id,
  name,
  public: isPublic,
  redirectUris,
  trustedPeers,
  logoUrl,
}: ClientRegistration): ClientRegistration {
  return { id, name, public: isPublic, redirectUris, trustedPeers, ...(logoUrl === undefined ? {} : { logoUrl }) };
}
