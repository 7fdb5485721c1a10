/** What administrators do, done in memory. It checks nothing: a test says with `refuse` what is wrong. */
import { Secret } from '@ostiary/primitives';
import type {
  Administration,
  ClientAdministration,
  ClientWithSecret,
  PasswordAccount,
  PasswordAdministration,
  RenewableLogin,
} from '../src/administration/administration.ts';

export interface FakeAdministration extends Administration {
  /** By `sub`. */
  readonly loginsOf: Map<string, readonly RenewableLogin[]>;
  /** From now on each call rejects with this, until it is `undefined`. */
  refuse(error: Error | undefined): void;
}

/** Nobody and nothing is in it. The issuer is `https://login.example`. */
export function createFakeAdministration(): FakeAdministration {
  let error: Error | undefined;
  const check = async (): Promise<void> => {
    if (error !== undefined) throw error;
  };
  const loginsOf = new Map<string, readonly RenewableLogin[]>();
  return {
    loginsOf,
    refuse: (next) => {
      error = next;
    },
    clients: fakeClients(check),
    passwords: fakePasswords(check),
    logins: {
      async list(subject) {
        await check();
        return loginsOf.get(subject) ?? [];
      },
      async end(subject, clientId) {
        await check();
        const all = loginsOf.get(subject) ?? [];
        const kept = all.filter((login) => login.clientId !== clientId);
        loginsOf.set(subject, kept);
        return all.length - kept.length;
      },
    },
    async discovery() {
      await check();
      const lists = { scopes_supported: ['openid', 'email'], claims_supported: ['sub'] };
      return { issuer: 'https://login.example', jwks_uri: 'https://login.example/keys', ...lists, other: { a: 1 } };
    },
  };
}

function fakeClients(check: () => Promise<void>): ClientAdministration {
  const clients = new Map<string, ClientWithSecret>();
  return {
    async find(id) {
      await check();
      return clients.get(id);
    },
    async create({ id = 'made-up', secret, ...rest }) {
      await check();
      if (clients.has(id)) return undefined;
      const made =
        rest.public === true && secret === undefined ? {} : { secret: secret ?? new Secret('made-up-secret') };
      const client = { name: '', public: false, redirectUris: [], trustedPeers: [], ...rest, id, ...made };
      clients.set(id, client);
      return client;
    },
    async update(id, changes) {
      await check();
      const client = clients.get(id);
      if (client !== undefined) clients.set(id, { ...client, ...changes });
      return client !== undefined;
    },
    async remove(id) {
      await check();
      return clients.delete(id);
    },
    async list() {
      await check();
      return [...clients.values()];
    },
  };
}

/** A hash is `hash of PASSWORD`. */
function fakePasswords(check: () => Promise<void>): PasswordAdministration {
  const accounts = new Map<string, PasswordAccount & { readonly hash: Secret }>();
  return {
    async create(account) {
      await check();
      if (accounts.has(account.email)) return false;
      accounts.set(account.email, account);
      return true;
    },
    async update(email, changes) {
      await check();
      const account = accounts.get(email);
      if (account !== undefined) accounts.set(email, { ...account, ...changes });
      return account !== undefined;
    },
    async remove(email) {
      await check();
      return accounts.delete(email);
    },
    async list() {
      await check();
      return [...accounts.values()];
    },
    async verify(email, password) {
      await check();
      const account = accounts.get(email);
      return account && account.hash.reveal() === `hash of ${password.reveal()}`;
    },
  };
}
