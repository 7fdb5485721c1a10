/** Tells clients that a session is over (OpenID Connect Back-Channel Logout 1.0). */
import { type Fetch, type Logger, OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import { subjectOfSession } from '../records/browser-session.ts';
import type { LiveSession } from '../sessions/browser-session.ts';

/** For all clients together. The browser waits for so long, and so does a server that is told to stop. */
export const NOTIFY_SECONDS = 5;

const headers = { 'content-type': 'application/x-www-form-urlencoded', 'cache-control': 'no-cache, no-store' };

/**
 * Sends a logout token to every client of a session that wants one and may know the person, to all at once and to each
 * once. Never rejects: what did not arrive is logged.
 */
export async function notifyClients(session: LiveSession, log: Logger, context: IssuerContext): Promise<void> {
  const { backchannel } = context;
  if (backchannel === undefined) return;
  const budget = new AbortController();
  const timer = setTimeout(() => budget.abort(notTold(tooLate)), NOTIFY_SECONDS * 1000);
  const notice = { session, fetch: backchannel.fetch, signal: budget.signal };
  const known = session.clients.filter(({ pending }) => pending === undefined);
  const told = known.map(async ({ id: client }) => {
    try {
      await unlessAborted(budget.signal, notifyClient(client, notice, context));
    } catch (error) {
      log.warn('logout.notify_failed', { client, error });
    }
  });
  await Promise.all(told);
  clearTimeout(timer);
}

const tooLate = `The client has not answered within ${NOTIFY_SECONDS} seconds.`;

interface Notice {
  readonly session: LiveSession;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
}

async function notifyClient(
  id: string,
  { session, fetch, signal }: Notice,
  { clients, issueLogoutToken }: IssuerContext,
): Promise<void> {
  const client = await clients.find(id);
  if (client?.backchannelLogoutUri === undefined) return;
  const token = await issueLogoutToken(client, { subject: subjectOfSession(session), sessionId: session.id });
  const body = new URLSearchParams({ logout_token: token });
  // A redirect would take the token to where the operator did not say.
  const request = { method: 'POST', headers, body, redirect: 'manual', signal } as const;
  const response = await fetch(client.backchannelLogoutUri, request).catch((cause: unknown) => {
    throw signal.aborted ? signal.reason : notTold('The client cannot be reached.', cause);
  });
  await response.body?.cancel();
  if (!response.ok) throw notTold(`The client answered with the status ${response.status}.`);
}

/** For the log: what a client does is no fault here, and needs no stack. */
const notTold = (message: string, cause?: unknown): OstiaryError =>
  new OstiaryError('upstream/unavailable', message, { cause });

/** What comes of the work, or why it was given up: not everything that it waits for ends with the signal. */
async function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  await Promise.race([work, aborted]);
}
