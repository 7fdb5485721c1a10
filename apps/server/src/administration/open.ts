import type { Issuer, RegisteredClients } from '@ostiary/issuer';
import type { Logger, RandomBytes } from '@ostiary/primitives';
import { decodeSubject, encodeSubject } from '@ostiary/token-core';
import type { Config } from '../config/config.ts';
import { passwordDatabase } from '../config/connectors.ts';
import type { Accounts } from './accounts.ts';
import type { Administration, LoginAdministration } from './administration.ts';
import { administerClients } from './clients.ts';
import { administerPasswords } from './passwords.ts';
import { refused } from './refusals.ts';

export interface AdministrationParts {
  readonly config: Pick<Config, 'clients' | 'issuer' | 'people'>;
  readonly issuer: Pick<Issuer, 'logins' | 'metadata'>;
  readonly registered: RegisteredClients;
  readonly accounts: Accounts;
  readonly random: RandomBytes;
  readonly log: Logger;
}

/** What administrators can do with one configuration at work. */
export function openAdministration(parts: AdministrationParts): Administration {
  const { config, issuer, registered, accounts, random, log } = parts;
  const endLogins = (userId: string): Promise<void> =>
    issuer.logins.endAll(encodeSubject({ userId, connectorId: passwordDatabase.id }));
  return {
    clients: administerClients({ issuer: config.issuer, inFile: config.clients, registered, random }),
    passwords: administerPasswords({ inFile: config.people, accounts, endLogins, log }),
    logins: administerLogins(issuer.logins),
    discovery: async () => issuer.metadata(),
  };
}

/** A slip of the pen would find nobody, and look like an answer. */
function administerLogins(logins: Issuer['logins']): LoginAdministration {
  return {
    async list(subject) {
      requireSubject(subject);
      return logins.list(subject);
    },
    async end(subject, clientId) {
      requireSubject(subject);
      return logins.end(subject, clientId);
    },
  };
}

function requireSubject(subject: string): void {
  if (decodeSubject(subject) !== undefined) return;
  throw refused(`${JSON.stringify(subject)} is no subject of this issuer. Use the claim sub of a token.`);
}
