/** What passes through the server and must not be in its log, nor in an answer to a stranger. */
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, post, refresh, startBuiltServer, token } from './built-server.ts';
import { CookieBrowser, passwordDatabase } from './cookie-browser.ts';
import { listen } from './listen.ts';

const PASSWORD = 'correct-horse-battery-staple';
const more = `
logger: { level: debug, format: json }
expiry: { refreshTokens: { reuseInterval: 0s } }
`;

/** Everything a log must not hold, and everything that was answered to somebody who is not the owner. */
interface Traces {
  readonly secrets: string[];
  readonly answers: string[];
}

describe('the built server', () => {
  it('writes no code, token, password, verifier or client secret into its log or an error', async () => {
    await using built = await startBuiltServer({ more });
    const traces: Traces = { secrets: ['app-secret', PASSWORD], answers: [] };
    await useTokens(built, traces);
    await makeMistakes(built, traces);
    const log = built.server.log();
    // The log is really there, so that a silent one does not pass.
    for (const event of [
      'login.successful',
      'exchange.successful',
      'token.issued',
      'refresh.reused',
      'token.revoked',
      'request.refused',
    ]) {
      expect(log).toContain(event);
    }
    for (const secret of traces.secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(log).not.toContain(secret);
      for (const answer of traces.answers) expect(answer).not.toContain(secret);
    }
  });
});

describe('sessions, logouts and reviews of the built server', () => {
  it('leave no cookie, code, token or secret in its log', async () => {
    const received: string[] = [];
    await using client = await listen(() => async (request, response) => {
      received.push(new URLSearchParams(await text(request)).get('logout_token') ?? '');
      response.writeHead(500).end();
    });
    const mapping = '{ claimMappings: { username: { claim: sub, prefix: "" } }, audiences: [wiki] }';
    await using built = await startBuiltServer({
      clients: [
        `{ id: wiki, name: Wiki, secret: ${PASSWORD}, redirectURIs: ["https://wiki.example/cb"],
           backchannelLogoutURI: "${client.origin}/" }`,
        `{ id: cluster, name: Cluster, secret: ${PASSWORD}, tokenReview: ${mapping} }`,
      ],
      more: `logger: { level: debug, format: json }\nsessions: {}\n${passwordDatabase}`,
    });
    const secrets = [PASSWORD, ...(await logInReviewAndOut(built)), ...received];
    await expect.poll(() => built.server.log()).toContain('logout.notify_failed');
    for (const event of ['session.used', 'token.reviewed', 'logout.done'])
      await expect.poll(() => built.server.log()).toContain(event);
    for (const secret of secrets.flatMap(withParts)) {
      expect(secret.length).toBeGreaterThan(8);
      expect(built.server.log()).not.toContain(secret);
    }
  });
});

/** Everything that passed and must stay secret. */
async function logInReviewAndOut({ url }: BuiltServer): Promise<readonly string[]> {
  const browser = new CookieBrowser();
  await browser.logIn(url, 'wiki', true);
  const code = new URL(await browser.authorize(url, 'wiki')).searchParams.get('code') ?? '';
  const basic = (id: string) => ({ authorization: `Basic ${btoa(`${id}:${PASSWORD}`)}` });
  const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://wiki.example/cb' };
  const init = { method: 'POST', headers: basic('wiki'), body: new URLSearchParams(form) };
  const tokens: Record<string, unknown> = await (await fetch(`${url}/token`, init)).json();
  const [id, access] = [String(tokens.id_token), String(tokens.access_token)];
  for (const reviewed of [id, access, `${id}x`]) {
    const body = JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: reviewed },
    });
    const headers = { ...basic('cluster'), 'content-type': 'application/json' };
    expect((await fetch(`${url}/token/review`, { method: 'POST', headers, body })).status).toBe(200);
  }
  const session = browser.cookies.get('ostiary_session') ?? '';
  await browser.visit(`${url}/logout?id_token_hint=${access}`);
  await browser.visit(`${url}/logout?id_token_hint=${id}`);
  return [code, id, access, session];
}

/** The parts too, but for ids: a log that holds a signature, or the secret of a family or a session, is no better. */
const withParts = (text: string): readonly string[] => [text, ...text.split('.').filter((part) => part.length > 40)];

/** The connector of these tests takes any token that is not empty. */
const exchange = (url: string, more: Readonly<Record<string, string>>) =>
  token(url, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    connector_id: 'mock',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    ...more,
  });

async function useTokens({ url }: BuiltServer, { secrets }: Traces): Promise<void> {
  const first = await logIn(url);
  const second = await refresh(url, first.refresh_token);
  expect(second.status).toBe(200);
  // A reuse, which is worth a warning: of the token, not with it.
  expect((await refresh(url, first.refresh_token)).status).toBe(400);
  await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${String(second.access_token)}` } });
  const subjectToken = 'a-token-of-the-provider-0123456789';
  const exchanged = await exchange(url, { subject_token: subjectToken });
  expect(exchanged.status).toBe(200);
  secrets.push(subjectToken);
  const third = await logIn(url);
  for (const [path, token] of [
    ['introspect', second.access_token],
    ['introspect', third.refresh_token],
    ['revoke', third.access_token],
    ['revoke', third.refresh_token],
    ['revoke', third.id_token],
  ] as const) {
    await post(`${url}/token/${path}`, { token: String(token) });
  }
  for (const tokens of [first, second, third, exchanged]) {
    for (const name of ['access_token', 'id_token', 'refresh_token']) {
      if (tokens[name] === undefined) continue;
      secrets.push(...withParts(String(tokens[name])));
    }
  }
}

async function makeMistakes({ url }: BuiltServer, { secrets, answers }: Traces): Promise<void> {
  const code = 'a-code-that-was-never-issued-0123456789';
  const verifier = 'a-verifier-that-belongs-to-nobody-0123456789abcdef';
  const bearer = 'a-bearer-token-that-is-not-one.at.all';
  const subjectToken = 'a-token-that-was-brought-in-vain-0123456789';
  secrets.push(code, verifier, bearer, subjectToken);
  const redirect = { redirect_uri: 'https://app.example/cb', code_verifier: verifier };
  answers.push(JSON.stringify(await token(url, { grant_type: 'authorization_code', code, ...redirect })));
  answers.push(JSON.stringify(await token(url, { grant_type: 'refresh_token', refresh_token: `ort.${code}` })));
  answers.push(JSON.stringify(await exchange(url, { subject_token: subjectToken, connector_id: 'x' })));
  // Who mixes up two parameters sends a token where another word belongs.
  for (const name of ['subject_token_type', 'requested_token_type', 'connector_id']) {
    answers.push(JSON.stringify(await exchange(url, { subject_token: 'x', [name]: subjectToken })));
  }
  const wrong = { method: 'POST', headers: { authorization: `Basic ${btoa(`app:${PASSWORD}`)}` } };
  const form = new URLSearchParams({ grant_type: 'authorization_code', code });
  answers.push(await (await fetch(`${url}/token`, { ...wrong, body: form })).text());
  const posted = new URLSearchParams({ login: 'jane', password: PASSWORD });
  answers.push(await (await fetch(`${url}/auth/mock/login?state=x`, { method: 'POST', body: posted })).text());
  answers.push(await (await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${bearer}` } })).text());
  answers.push(await (await fetch(`${url}/callback/mock?state=x&code=${code}`)).text());
  for (const path of ['introspect', 'revoke']) {
    answers.push(await (await post(`${url}/token/${path}`, { token: bearer })).text());
    answers.push(await (await post(`${url}/token/${path}?token=${bearer}`, { secret: PASSWORD })).text());
  }
}
