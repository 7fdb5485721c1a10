/** Calls about clients. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { Secret } from '@ostiary/primitives';
import type { ClientAdministration, ClientChanges, ClientRegistration, ClientWithSecret } from '../administration.ts';
import type { Client, ClientInfoSchema, ClientSchema, UpdateClientReq } from './api_pb.ts';
import { type Calls, callOf } from './call.ts';
import { invalid } from './refusals.ts';

/** @param clients those that count now. */
export function clientCalls(
  clients: () => ClientAdministration,
): Calls<'getClient' | 'createClient' | 'updateClient' | 'deleteClient' | 'listClients'> {
  return {
    async getClient({ id }, context) {
      const client = await clients().find(id);
      if (client === undefined) throw new ConnectError('There is no client with this id.', Code.NotFound);
      callOf(context).log.info('admin.client_read', { client: id });
      return { client: toMessage(client) };
    },
    async createClient({ client }, context) {
      if (client === undefined) throw invalid('No client is given. Put one into the field client.');
      const created = await clients().create(fromMessage(client));
      if (created === undefined) return { alreadyExists: true };
      callOf(context).log.info('admin.client_created', { client: created.id });
      return { client: toMessage(created) };
    },
    async updateClient(request, context) {
      const { id } = request;
      if (id === '') throw invalid('No id is given. Name the client that is to be changed.');
      const found = await clients().update(id, changesOf(request));
      if (found) callOf(context).log.info('admin.client_updated', { client: id });
      return { notFound: !found };
    },
    async deleteClient({ id }, context) {
      const found = await clients().remove(id);
      if (found) callOf(context).log.info('admin.client_deleted', { client: id });
      return { notFound: !found };
    },
    listClients: async () => ({ clients: (await clients().list()).map(toInfo) }),
  };
}

function toInfo(client: ClientRegistration): MessageInitShape<typeof ClientInfoSchema> {
  const { id, name, redirectUris, trustedPeers, logoUrl = '' } = client;
  return { id, name, public: client.public, redirectUris: [...redirectUris], trustedPeers: [...trustedPeers], logoUrl };
}

function toMessage(client: ClientWithSecret): MessageInitShape<typeof ClientSchema> {
  const { id, name, redirectUris, trustedPeers, logoUrl = '', secret } = client;
  const lists = { redirectUris: [...redirectUris], trustedPeers: [...trustedPeers] };
  return { id, name, public: client.public, ...lists, logoUrl, secret: secret?.reveal() ?? '' };
}

function fromMessage(client: Client): Partial<ClientWithSecret> {
  const { id, secret, redirectUris, trustedPeers } = client;
  return {
    ...(id === '' ? {} : { id }),
    ...(secret === '' ? {} : { secret: new Secret(secret) }),
    ...namesOf(client),
    public: client.public,
    redirectUris,
    trustedPeers,
  };
}

/** Nothing can be emptied: an empty field is not sent at all. */
function changesOf(request: UpdateClientReq): ClientChanges {
  const { redirectUris, trustedPeers } = request;
  return {
    ...namesOf(request),
    ...(redirectUris.length === 0 ? {} : { redirectUris }),
    ...(trustedPeers.length === 0 ? {} : { trustedPeers }),
  };
}

const namesOf = ({ name, logoUrl }: Pick<Client, 'name' | 'logoUrl'>): ClientChanges => ({
  ...(name === '' ? {} : { name }),
  ...(logoUrl === '' ? {} : { logoUrl }),
});
