/** What strangers, and two browsers, can do to a login. */
import { DatabaseSync } from 'node:sqlite';
import { type ChromiumBrowser, createAuthority, requireTool, startChromium } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from './support/issuer.ts';

const lacking = requireTool('chromium');
const VISITS = 5000;
const redirectUri = 'http://127.0.0.1:1/cb';
const ask = new URLSearchParams({
  client_id: 'app',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's',
});

const config = `
oauth2: { skipApprovalScreen: true }
staticClients: [{ id: app, name: App, secret: app-secret, redirectURIs: ["${redirectUri}"] }]
connectors: [{ type: mockPassword, id: form, name: Form, config: { username: kilgore, password: trout } }]
`;

describe.skipIf(lacking !== undefined)('browsers', () => {
  const stack = new AsyncDisposableStack();
  let issuer: Issuer;
  let chromium: ChromiumBrowser;
  beforeAll(async () => {
    const authority = stack.use(await createAuthority());
    issuer = stack.use(await startIssuer({ authority, scheme: 'http', config: () => config }));
    chromium = stack.use(await startChromium());
  });
  afterAll(() => stack.disposeAsync());

  it(`${VISITS} anonymous visitors leave no row behind`, async () => {
    const before = rows(issuer.database);
    let left = VISITS;
    const visitor = async (): Promise<void> => {
      while (left-- > 0) {
        const reply = await fetch(`${issuer.url}/auth/form?${ask}`, { redirect: 'manual' });
        expect(reply.status).toBe(302);
        await reply.body?.cancel();
      }
    };
    await Promise.all(Array.from({ length: 20 }, visitor));
    expect(rows(issuer.database)).toBe(before);
  });

  it('a login form that began in one browser is of no use in another', async () => {
    const attacker = await chromium.open();
    await attacker.goto(`${issuer.url}/auth/form?${ask}`);
    const form = attacker.url();
    const victim = await chromium.open();
    const reply = await victim.goto(form);
    expect(reply?.status()).toBe(400);
    expect(await victim.locator('#login').count()).toBe(0);
  });
});

/** Rows of all tables that hold records. */
function rows(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    const count = (name: unknown): number => Number(database.prepare(`select count(*) as n from "${name}"`).get()?.n);
    return tables.reduce((sum, { name }) => sum + count(name), 0);
  } finally {
    database.close();
  }
}
