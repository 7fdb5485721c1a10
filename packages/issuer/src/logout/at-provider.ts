/** Ends the session at the provider as well. */
import { type IssuerId, issuerUrl, type Logger, OstiaryError } from '@ostiary/primitives';
import { inTime } from '../checks/in-time.ts';
import { isWebUrl } from '../checks/step.ts';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';
import type { BrowserSession } from '../records/browser-session.ts';
import { restoreIdentity } from '../records/stored-identity.ts';

/** Where a provider sends the browser back to. It has to be registered there. */
export const logoutCallbackUrl = (issuer: IssuerId): string => issuerUrl(issuer, '/logout/callback');

/** A logout at the provider that begins. */
export interface ProviderLogout {
  readonly session: BrowserSession;
  readonly state: string;
  readonly log: Logger;
}

/**
 * Where the browser ends its session at the provider; `undefined` where there is none, and where the provider cannot be
 * reached: the session here is over all the same. Never rejects.
 */
export async function providerLogoutUrl(
  { session, state, log }: ProviderLogout,
  context: IssuerContext,
): Promise<string | undefined> {
  const entry = context.connectors.get(session.connectorId);
  if (entry === undefined) return undefined;
  try {
    return await inTime(entry.id, begin(entry, { session, state }, context));
  } catch (error) {
    log.warn('logout.provider_failed', { connector: entry.id, error });
    return undefined;
  }
}

async function begin(
  { connector }: ConnectorEntry,
  { session, state }: Pick<ProviderLogout, 'session' | 'state'>,
  { issuer, sealer }: IssuerContext,
): Promise<string | undefined> {
  const { connectorData } = await restoreIdentity(session.identity, sealer);
  const returnUrl = logoutCallbackUrl(issuer);
  const step = await connector.logout?.begin({ returnUrl, state, ...(connectorData && { connectorData }) });
  if (step === undefined || isWebUrl(step.url)) return step?.url;
  throw new OstiaryError('upstream/protocol', 'The connector answered no http or https URL for its logout.');
}
