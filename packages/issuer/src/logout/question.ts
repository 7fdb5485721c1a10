/** Asks the person whether they want to log out. */
import { z } from 'zod';
import { type IssuerContext, after as inFuture } from '../context.ts';
import { nameOf } from '../login/person-fields.ts';
import { localUrl } from '../login/urls.ts';
import { compact } from '../records/stored-identity.ts';
import type { Reply } from '../reply.ts';
import type { LiveSession } from '../sessions/browser-session.ts';
import { type AfterLogout, afterLogoutSchema } from './after-logout.ts';

const PURPOSE = 'logout-question';

/** What the person has said yes to. */
export interface Confirmed {
  /** The session that they were shown. */
  readonly sessionId: string;
  readonly after: AfterLogout;
}

const schema: z.ZodType<Confirmed> = z.object({ sessionId: z.string(), after: afterLogoutSchema });

/**
 * The page that asks. What its form carries is sealed, and is about this session: `SameSite=Lax` keeps the cookie from
 * forms of other sites, but not from those of a sibling domain; and an older page must not end a newer session.
 */
export async function askToLogOut(session: LiveSession, after: AfterLogout, context: IssuerContext): Promise<Reply> {
  const expiresAt = inFuture(context, context.lifetimes.login);
  const confirmed = await context.sealer.seal(compact({ sessionId: session.id, after }), {
    purpose: PURPOSE,
    expiresAt,
  });
  const client = after.clientId === undefined ? undefined : await context.clients.find(after.clientId);
  return {
    kind: 'page',
    status: 200,
    page: {
      name: 'logout',
      userName: nameOf(session.identity),
      ...(client === undefined ? {} : { clientName: client.name }),
      confirmed,
      action: localUrl(context, '/logout'),
    },
  };
}

/** @returns `undefined` for what no page of ours has sent, or one that is too old. */
export async function readConfirmed(sealed: string, { sealer }: IssuerContext): Promise<Confirmed | undefined> {
  const opened = schema.safeParse(await sealer.open(sealed, { purpose: PURPOSE }));
  return opened.success ? opened.data : undefined;
}
