/** The routes. Every failure ends as a page that says what happened. */
import Router from '@koa/router';
import Koa from 'koa';
import { homePage, personPage, problemPage } from './pages.tsx';
import type { RelyingParty, Tokens } from './relying-party.ts';
import type { Session, Sessions } from './sessions.ts';
import { style } from './style.ts';

export interface AppOptions {
  readonly issuer: string;
  /** Where browsers find this app: `http://127.0.0.1:5555`. */
  readonly baseUrl: string;
  readonly relyingParty: RelyingParty;
  readonly sessions: Sessions;
  /** Gets what a person is not shown. */
  readonly log: (line: string) => void;
}

const COOKIE = 'example-app';
/** Tabs of one browser that may be on their way to the issuer at once. */
const MOST_PENDING = 5;
const scopes = ['profile', 'email', 'groups', 'offline_access'];

export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  app.use(guard(options));
  app.use(createRouter(options).routes());
  return app;
}

/** Headers for every answer, and a page for everything that fails. */
function guard({ issuer, log }: AppOptions): Koa.Middleware {
  return async (ctx, next) => {
    ctx.set({
      // No form-action: Chromium applies it to every redirect after a form, and ours lead by way of the issuer to any provider.
      'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    try {
      await next();
    } catch (error) {
      log(`${ctx.method} ${ctx.path}: ${chain(error)}`);
      ctx.status = error instanceof NotBegun ? 400 : 502;
      ctx.type = 'html';
      ctx.body = problemPage(explain(error, issuer));
    }
  };
}

/** The browser came to where only a login leads. Everything else that fails here is the issuer's. */
class NotBegun extends Error {
  override readonly name = 'NotBegun';
}

function createRouter(options: AppOptions): Router {
  const { issuer, baseUrl, relyingParty, sessions } = options;
  const router = new Router();
  const sessionOf = (ctx: Koa.Context): Session => sessions.get(ctx.cookies.get(COOKIE)) ?? {};
  const current = (ctx: Koa.Context): Tokens | undefined => sessionOf(ctx).tokens;
  const keep = (ctx: Koa.Context, changed: Session): void => {
    const session = { ...sessionOf(ctx), ...changed };
    sessions.remove(ctx.cookies.get(COOKIE));
    ctx.cookies.set(COOKIE, sessions.create(session), { httpOnly: true, sameSite: 'lax', path: '/' });
  };

  router.get('/', async (ctx) => {
    const tokens = current(ctx);
    ctx.type = 'html';
    ctx.body = tokens === undefined ? homePage(issuer) : personPage(await facts(tokens, relyingParty));
  });
  router.get('/style.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = style;
  });
  router.get('/login', async (ctx) => {
    const query = new URLSearchParams(ctx.querystring);
    const scope = ['openid', ...query.getAll('scope').filter((word) => scopes.includes(word))].join(' ');
    const connectorId = query.get('connector_id') || undefined;
    const { url, pending } = await relyingParty.begin({ scope, ...(connectorId === undefined ? {} : { connectorId }) });
    keep(ctx, { pending: [...(sessionOf(ctx).pending ?? []), pending].slice(-MOST_PENDING) });
    ctx.redirect(url);
  });
  router.get('/callback', async (ctx) => {
    const state = new URLSearchParams(ctx.querystring).get('state');
    const pending = sessionOf(ctx).pending?.find((one) => one.state === state);
    if (pending === undefined) throw new NotBegun('This browser has not begun to log in here.');
    const tokens = await relyingParty.finish(new URL(ctx.url, baseUrl), pending);
    keep(ctx, { tokens, pending: (sessionOf(ctx).pending ?? []).filter((one) => one.state !== state) });
    ctx.redirect('/');
  });
  router.post('/refresh', async (ctx) => {
    const tokens = current(ctx);
    if (tokens !== undefined) keep(ctx, { tokens: await relyingParty.refresh(tokens) });
    ctx.status = 303;
    ctx.redirect('/');
  });
  router.post('/logout', async (ctx) => {
    const tokens = current(ctx);
    sessions.remove(ctx.cookies.get(COOKIE));
    ctx.cookies.set(COOKIE, null);
    // Whoever logs out is logged out here, whatever the issuer says.
    const next = tokens === undefined ? undefined : await endLogin(tokens, options);
    ctx.status = 303;
    ctx.redirect(next ?? '/');
  });
  return router;
}

/** Ends the login at the issuer. @returns where the browser has to go for that, if anywhere. */
async function endLogin(tokens: Tokens, { relyingParty, log }: AppOptions): Promise<string | undefined> {
  const told = (what: string) => (error: unknown) => void log(`${what}: ${chain(error)}`);
  await relyingParty.revoke(tokens).catch(told('revoke'));
  return (await relyingParty.endSessionUrl(tokens).catch(told('end session'))) ?? undefined;
}

async function facts(tokens: Tokens, relyingParty: RelyingParty): Promise<Parameters<typeof personPage>[0]> {
  const header: unknown = JSON.parse(Buffer.from(tokens.idToken.split('.')[0] ?? '', 'base64url').toString());
  const userinfo = await relyingParty.userinfo(tokens).catch((error: unknown) => ({ error: chain(error) }));
  return { tokens, header: typeof header === 'object' && header !== null ? { ...header } : {}, userinfo };
}

/** An error of the issuer is shown with its own words: this app is there to show what happens. */
function explain(error: unknown, issuer: string): string {
  if (!(error instanceof Error)) return 'Something unexpected happened.';
  if ('error' in error && typeof error.error === 'string') {
    const description = 'error_description' in error ? `: ${String(error.error_description)}` : '';
    return `The issuer answered ${error.error}${description}`;
  }
  if (/fetch failed|ECONNREFUSED|timed? ?out/i.test(chain(error))) {
    return `The issuer at ${issuer} cannot be reached yet. Is it running?`;
  }
  return error.message;
}

function chain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${chain(error.cause)}`;
}
