/** Opens the configured connectors for the issuer. */
import type { PasswordDatabase } from '@ostiary/connector-local';
import type { ConnectorContext, FirstUse } from '@ostiary/connector-sdk';
import type { ConnectorEntry, ConnectorRegistry } from '@ostiary/issuer';
import { type Logger, OstiaryError } from '@ostiary/primitives';
import type { ConnectorSettings } from './config/config.ts';

/** What all connectors are given alike, and what is made for each of them. */
export interface SharedContext extends Omit<ConnectorContext, 'id' | 'name' | 'firstUse'> {
  readonly firstUseOf: (connectorId: string) => FirstUse;
}

export interface OpenConnectorsOptions {
  /** What administrators have added to the password database. */
  readonly accounts: PasswordDatabase;
  readonly settings: readonly ConnectorSettings[];
  readonly context: SharedContext;
  readonly onFailure: 'skip' | 'stop';
}

export interface OpenConnectors extends ConnectorRegistry, AsyncDisposable {
  /** How many could not be opened. */
  readonly failed: number;
  isUnavailable(id: string): boolean;
}

/**
 * Opens them all. One that cannot be opened is logged and left out, or ends the start.
 *
 * @throws {OstiaryError} `config/invalid` when one fails and must not, or when none is left.
 */
export function openConnectors(options: OpenConnectorsOptions): OpenConnectors {
  const { settings, context } = options;
  const entries = new Map<string, ConnectorEntry>();
  for (const connector of settings) {
    const log = context.log.child({ connector: connector.id });
    const entry = tryOpen(connector, { ...options, context: { ...context, log } });
    if (entry !== undefined) entries.set(connector.id, entry);
  }
  if (entries.size === 0) {
    throw new OstiaryError('config/invalid', 'connectors: none of them can be opened; the log says why. Correct them.');
  }
  const list = [...entries.values()];
  const failed = new Set(settings.map(({ id }) => id).filter((id) => !entries.has(id)));
  return {
    get: (id) => entries.get(id),
    list: () => list,
    isUnavailable: (id) => failed.has(id),
    failed: failed.size,
    [Symbol.asyncDispose]: () => closeAll(list, context.log),
  };
}

function tryOpen(
  { open, ...rest }: ConnectorSettings,
  { context: { firstUseOf, ...context }, accounts, onFailure }: Omit<OpenConnectorsOptions, 'settings'>,
): ConnectorEntry | undefined {
  try {
    const { id, name } = rest;
    return { ...rest, connector: open({ ...context, id, name, firstUse: firstUseOf(id) }, accounts) };
  } catch (cause) {
    if (onFailure === 'stop') {
      throw new OstiaryError('config/invalid', `connectors: "${rest.id}" cannot be opened. ${sentence(cause)}`, {
        cause,
      });
    }
    context.log.error('connector.open_failed', { type: rest.type, error: cause });
    return undefined;
  }
}

const sentence = (cause: unknown): string => (cause instanceof OstiaryError ? cause.message : 'Check its config.');

async function closeAll(entries: readonly ConnectorEntry[], log: Logger): Promise<void> {
  const results = await Promise.allSettled(entries.map(async ({ connector }) => connector.close?.()));
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') return;
    log.warn('connector.close_failed', { connector: entries[index]?.id, error: result.reason });
  });
}
