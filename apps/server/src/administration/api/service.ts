/** The API for administrators, in the words of Dex: from messages to what is done, and back. */
import { fromJsonString } from '@bufbuild/protobuf';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import type { Administration } from '../administration.ts';
import { type Dex, DiscoveryRespSchema } from './api_pb.ts';
import { type Calls, callOf } from './call.ts';
import { clientCalls } from './client-calls.ts';
import { passwordCalls } from './password-calls.ts';

export interface ServiceOptions {
  /** What counts now: another configuration may follow. */
  readonly administration: () => Administration;
  /** Of the server. */
  readonly version: string;
}

/** Programs ask for it before they use calls of a later one. Dex counts up with each call that is new. */
const API_VERSION = 3;

/** All calls. */
export function createService({ administration, version }: ServiceOptions): ServiceImpl<typeof Dex> {
  return {
    ...clientCalls(() => administration().clients),
    ...passwordCalls(() => administration().passwords),
    ...loginCalls(administration),
    ...noConnectorCalls,
    getVersion: async () => ({ server: version, api: API_VERSION }),
    // The names of the fields are those of the document.
    getDiscovery: async () =>
      fromJsonString(DiscoveryRespSchema, JSON.stringify(await administration().discovery()), {
        ignoreUnknownFields: true,
      }),
  };
}

function loginCalls(administration: () => Administration): Calls<'listRefresh' | 'revokeRefresh'> {
  return {
    async listRefresh({ userId }) {
      const logins = await administration().logins.list(userId);
      const refreshTokens = logins.map(({ id, clientId, createdAt, lastUsedAt }) => ({
        ...{ id, clientId },
        ...{ createdAt: toSeconds(createdAt), lastUsed: toSeconds(lastUsedAt) },
      }));
      return { refreshTokens };
    },
    async revokeRefresh({ userId, clientId }, context) {
      const ended = await administration().logins.end(userId, clientId);
      if (ended > 0) callOf(context).log.info('admin.logins_ended', { subject: userId, client: clientId, ended });
      return { notFound: ended === 0 };
    },
  };
}

const toSeconds = (date: Date): bigint => BigInt(Math.floor(date.getTime() / 1000));

const connectorsAreInTheFile = async (): Promise<never> => {
  const message =
    'Connectors are in the configuration file alone. Write it there, and send SIGHUP or start with --watch.';
  throw new ConnectError(message, Code.Unimplemented);
};

const noConnectorCalls: Calls<'createConnector' | 'updateConnector' | 'deleteConnector' | 'listConnectors'> = {
  createConnector: connectorsAreInTheFile,
  updateConnector: connectorsAreInTheFile,
  deleteConnector: connectorsAreInTheFile,
  listConnectors: connectorsAreInTheFile,
};
