import type { ConnectorContext, PasswordLogin } from '@ostiary/connector-sdk';
import { identityOf } from './identity.ts';
import type { PasswordDatabase, PasswordEntry } from './password-database.ts';
import { checkPasswordHash, type PasswordHash } from './password-hash.ts';
import type { PasswordVerifier } from './verifier.ts';

export interface LocalLoginParts {
  readonly database: PasswordDatabase;
  readonly verifier: PasswordVerifier;
  readonly context: Pick<ConnectorContext, 'id' | 'log'>;
}

/** Checks an e-mail address and a password. */
export function localLogin({ database, verifier, context }: LocalLoginParts): PasswordLogin {
  return {
    prompt: 'Email Address',
    async check({ username, password }) {
      if (password.reveal() === '' || username === '') return 'rejected';
      const entry = await database.find(username.toLowerCase());
      const fits = await verifier.verify(password, usableHash(entry, context));
      return fits && entry !== undefined ? identityOf(entry) : 'rejected';
    },
  };
}

/** A hash that must not be used counts as none: the operator reads why, the person is told no more than anybody. */
function usableHash(entry: PasswordEntry | undefined, context: LocalLoginParts['context']): PasswordHash | undefined {
  if (entry === undefined) return undefined;
  const checked = checkPasswordHash(entry.hash.reveal());
  if ('hash' in checked) return checked.hash;
  const fields = { connector: context.id, userId: entry.userId, problem: checked.problem };
  context.log.error('local.hash_refused', fields);
  return undefined;
}
