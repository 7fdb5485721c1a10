/** `ostiary revoke` and `ostiary revocations`: an operator ends logins, and looks at what was ended. */
import {
  listRevocations,
  type RevocationMark,
  type RevocationTarget,
  registeredClients,
  revocationTargets,
  revokeLogins,
} from '@ostiary/issuer';
import { type Clock, OstiaryError } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { decodeSubject, hasSigningKeys } from '@ostiary/token-core';
import type { Config } from './config/config.ts';
import { formatSeconds } from './config/summary.ts';
import type { Effects } from './effects.ts';
import { rotationPolicy } from './keys.ts';
import { createLogger } from './ops/logger.ts';

/** Whose logins are meant: one of them. */
export type RevokeFlags = { readonly [Name in RevocationTarget]?: Name extends 'everybody' ? true : string };

/** Clocks, slow storages and answers on their way. */
const SLACK_SECONDS = 600;

/**
 * Ends logins, and says what that means.
 *
 * @throws {OstiaryError} `config/invalid` when nobody or more than one is named, for a name that is not in the
 *   configuration, and for a storage that only the server itself reaches; what opening the storage throws.
 */
export async function revoke(config: Config, flags: RevokeFlags, effects: Effects): Promise<string> {
  const { target, value } = readTarget(flags, config);
  const { tokenLifetime } = rotationPolicy(config);
  const longestLogin = longestLoginOf(config);
  const mark = await withStorage(config, effects, async (storage) => {
    if (target === 'client') await requireClient(value, { config, storage, now: effects.now });
    return revokeLogins({ target, value, longestLogin }, { storage, now: effects.now });
  });
  return (
    `The logins of ${whose(mark)} from before now (${moment(mark.at)}) are over. In a second or two no replica renews them\n` +
    `or believes ${tokensOf(mark)}. Whoever the provider lets in may log in again.\n` +
    `A cluster that does not ask here accepts an ID token that it was given before until it ends: ${formatSeconds(tokenLifetime)} at most.\n`
  );
}

/** An access token says whose it is, and of the rest what its scopes allow. */
const tokensOf = ({ target }: RevocationMark): string =>
  target === 'email' || target === 'group' ? `access tokens that name the ${target}` : 'their access tokens';

/** From the moment when somebody has logged in to the end of the last token that can come of it. */
export function longestLoginOf(
  config: Pick<Config, 'clients' | 'lifetimes' | 'sessions' | 'signing'>,
): number | undefined {
  const { login, code, device = 0, refreshToken } = config.lifetimes;
  if (refreshToken.absolute === undefined) return undefined;
  // The absolute limit counts from the first tokens. Before them the login may have been that of a session for a while,
  // then it waits for consent, and then for its client.
  const untilTokens = (config.sessions?.absolute ?? 0) + login + Math.max(code, device);
  return untilTokens + refreshToken.absolute + rotationPolicy(config).tokenLifetime + SLACK_SECONDS;
}

/** The marks, a line each. */
export async function revocations(config: Config, effects: Effects): Promise<string> {
  const marks = await withStorage(config, effects, listRevocations);
  return marks.length === 0
    ? 'No logins were ended.\n'
    : marks.map((mark) => `${moment(mark.at)}  ${whose(mark)}\n`).join('');
}

function readTarget(flags: RevokeFlags, config: Config): Pick<RevocationMark, 'target' | 'value'> {
  const [target, ...others] = revocationTargets.filter((name) => flags[name] !== undefined);
  if (target === undefined || others.length > 0) {
    throw invalid('Name one of --subject, --email, --group, --client, --connector and --everybody.');
  }
  if (target === 'everybody') return { target, value: '' };
  const value = flags[target] ?? '';
  checkName(target, value, config);
  return { target, value };
}

/** A slip of the pen would end nothing, and say that it had. */
function checkName(target: RevocationTarget, value: string, { connectors }: Config): void {
  if (target === 'connector' && !connectors.some(({ id }) => id === value)) {
    throw invalid(`There is no connector "${value}" in the configuration. If it was removed, use --everybody.`);
  }
  if (target === 'subject' && decodeSubject(value) === undefined) {
    throw invalid(`"${value}" is no subject of this issuer. Copy the claim sub of a token, or use --email.`);
  }
  if (value.trim() === '') throw invalid(`--${target} is empty.`);
}

/** One of the file, or one that an administrator registered. */
async function requireClient(
  id: string,
  { config, storage, now }: { readonly config: Config; readonly storage: StorageDriver; readonly now: Clock },
): Promise<void> {
  if (config.clients.some((client) => client.id === id)) return;
  if ((await registeredClients({ storage, now }).get(id)) !== undefined) return;
  throw invalid(`There is no client "${id}", here or in the storage. If it was removed, use --everybody.`);
}

async function withStorage<T>(
  { storage, logging }: Config,
  { now, random, env, printError }: Effects,
  use: (driver: StorageDriver) => Promise<T>,
): Promise<T> {
  if (!storage.durable) {
    throw invalid(
      `storage.type is ${storage.type}, which only the server itself reaches. Restart it: that ends all logins.`,
    );
  }
  const log = createLogger(logging, { write: printError, now });
  await using driver = await storage.open({ now, random, log, env });
  if (await hasSigningKeys(driver)) return await use(driver);
  throw invalid(
    'No server has used the storage of this configuration. Check its address, or the folder that you are in.',
  );
}

const whose = ({ target, value }: Pick<RevocationMark, 'target' | 'value'>): string =>
  target === 'everybody' ? 'everybody' : `the ${target} ${JSON.stringify(value)}`;

const moment = (seconds: number): string => new Date(seconds * 1000).toISOString();

const invalid = (message: string): OstiaryError => new OstiaryError('config/invalid', message);
