/** Clients that administrators registered while the issuer runs: see docs/adr/0031. */
import { type Clock, OstiaryError, Secret } from '@ostiary/primitives';
import { type RecordStore, readAll, recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import type { Client, ClientRegistry } from '../client.ts';
import { epochSeconds } from '../context.ts';
import { type ClientRecord, clientRecord, type StoredRegistration } from '../records/registered-client.ts';

/** What can be registered of a client. */
export interface RegisteredClient
  extends Pick<Client, 'id' | 'name' | 'public' | 'redirectUris' | 'trustedPeers' | 'logoUrl'> {
  /** None for a public client without one. */
  readonly secret?: Secret;
}

/**
 * Clients in a storage, for the issuer and for who registers them. What they say is not checked here.
 *
 * All reject with `storage/unavailable`, and those that write with `storage/conflict` too.
 */
export interface RegisteredClients extends ClientRegistry {
  get(id: string): Promise<RegisteredClient | undefined>;
  /**
   * @returns false when there is one with this id.
   * @throws {OstiaryError} `config/invalid` for an id that no client can have.
   */
  create(client: RegisteredClient): Promise<boolean>;
  /**
   * @param change is given the client as it is, perhaps several times.
   * @returns false when there is none.
   */
  update(id: string, change: (client: RegisteredClient) => Omit<RegisteredClient, 'id'>): Promise<boolean>;
  /** Its logins are over with it, also for a client that gets its id later. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** All of them, by id. Reads every record. */
  list(): Promise<readonly RegisteredClient[]>;
}

/** Where they are, and what to remember of those that were removed. */
export interface RegisteredClientsOptions {
  readonly storage: StorageDriver;
  readonly now: Clock;
  /** Seconds from a login to the end of the last token that can come of it. Absent: for ever. */
  readonly longestLogin?: number | undefined;
}

/** RFC 6749 appendix A.1; the length is what fits into the key of a record. */
const clientId = /^[\x20-\x7e]{1,256}$/;

/** Opens the clients in `storage`. */
export function registeredClients({ storage, now, longestLogin }: RegisteredClientsOptions): RegisteredClients {
  const records = recordStore(storage, clientRecord);
  // A browser brings any id there is: what cannot be one costs no question.
  const read = async (id: string) => (clientId.test(id) ? (await records.get(id))?.value : undefined);
  const get = async (id: string): Promise<RegisteredClient | undefined> => toRegistered(id, await read(id));
  return {
    get,
    async find(id) {
      const record = await read(id);
      return record && toClient(id, record);
    },
    create: (client) => create(records, client),
    async update(id, change) {
      if (!clientId.test(id)) return false;
      const after = await records.update(id, (record) => {
        const client = toRegistered(id, record);
        return client === undefined ? 'keep' : { set: { ...record, registration: toStored(change(client)) } };
      });
      return after?.value.registration !== undefined;
    },
    async remove(id) {
      if (!clientId.test(id)) return false;
      const removedAt = epochSeconds(now());
      const expiresAt = longestLogin === undefined ? undefined : new Date((removedAt + longestLogin) * 1000);
      let removed = false;
      await records.update(id, (record) => {
        removed = record?.registration !== undefined;
        return removed ? { set: { removedAt }, expiresAt } : 'keep';
      });
      return removed;
    },
    list: async () => {
      const all = await readAll(records, ([id = ''], record) => toRegistered(id, record));
      return all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    },
  };
}

/** What a client that was removed has left behind stays, for as long as the new one does. */
async function create(records: RecordStore<ClientRecord>, client: RegisteredClient): Promise<boolean> {
  if (!clientId.test(client.id)) {
    throw new OstiaryError('config/invalid', 'id must be 1 to 256 signs of ASCII. Choose another one.');
  }
  let created = false;
  await records.update(client.id, (record = {}) => {
    created = record.registration === undefined;
    return created ? { set: { ...record, registration: toStored(client) } } : 'keep';
  });
  return created;
}

const toStored = ({ name, secret, ...client }: Omit<RegisteredClient, 'id'>): StoredRegistration => ({
  name,
  public: client.public,
  secret: secret?.reveal(),
  redirectUris: client.redirectUris,
  trustedPeers: client.trustedPeers,
  logoUrl: client.logoUrl,
});

function toRegistered(id: string, record: ClientRecord | undefined): RegisteredClient | undefined {
  if (record?.registration === undefined) return undefined;
  const { secret, logoUrl, ...rest } = record.registration;
  return {
    ...{ id, ...rest },
    ...(secret === undefined ? {} : { secret: new Secret(secret) }),
    ...(logoUrl === undefined ? {} : { logoUrl }),
  };
}

function toClient(id: string, record: ClientRecord): Client | undefined {
  const registered = toRegistered(id, record);
  if (registered === undefined) return undefined;
  const { secret, ...client } = registered;
  const loginsAfter = record.removedAt === undefined ? {} : { loginsAfter: record.removedAt };
  return { ...client, secrets: secret === undefined ? [] : [secret], ...loginsAfter };
}
