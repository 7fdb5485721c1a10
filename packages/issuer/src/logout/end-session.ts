import type { IssuerContext } from '../context.ts';
import type { BrowserSession } from '../records/browser-session.ts';
import type { IssuerRequest } from '../request.ts';
import { notifyClients } from './back-channel.ts';

/**
 * Ends a session, once, and tells its clients. Of all who end it at the same moment one does both. Nothing that comes
 * after the record is taken can bring it back, and nothing rejects any more.
 *
 * @returns it as it was, or `undefined` when somebody else has ended it.
 */
export async function endSession(
  id: string,
  { log }: Pick<IssuerRequest, 'log'>,
  context: IssuerContext,
): Promise<BrowserSession | undefined> {
  const session = await context.browserSessions.take(id);
  if (session !== undefined) await notifyClients({ id, ...session }, log, context);
  return session;
}
