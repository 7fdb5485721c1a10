/** What passes through the server and must not be in its log, nor in an answer to a stranger. */
import { describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, refresh, startBuiltServer, token } from './built-server.ts';

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
    for (const event of ['login.successful', 'token.issued', 'refresh.reused', 'request.refused']) {
      expect(log).toContain(event);
    }
    for (const secret of traces.secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(log).not.toContain(secret);
      for (const answer of traces.answers) expect(answer).not.toContain(secret);
    }
  });
});

async function useTokens({ url }: BuiltServer, { secrets }: Traces): Promise<void> {
  const first = await logIn(url);
  const second = await refresh(url, first.refresh_token);
  expect(second.status).toBe(200);
  // A reuse, which is worth a warning: of the token, not with it.
  expect((await refresh(url, first.refresh_token)).status).toBe(400);
  await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${String(second.access_token)}` } });
  for (const tokens of [first, second]) {
    for (const name of ['access_token', 'id_token', 'refresh_token']) {
      const text = String(tokens[name]);
      // The parts too: a log that holds a signature or a family's secret is no better.
      secrets.push(text, ...text.split('.').filter((part) => part.length > 40));
    }
  }
}

async function makeMistakes({ url }: BuiltServer, { secrets, answers }: Traces): Promise<void> {
  const code = 'a-code-that-was-never-issued-0123456789';
  const verifier = 'a-verifier-that-belongs-to-nobody-0123456789abcdef';
  const bearer = 'a-bearer-token-that-is-not-one.at.all';
  secrets.push(code, verifier, bearer);
  const redirect = { redirect_uri: 'https://app.example/cb', code_verifier: verifier };
  answers.push(JSON.stringify(await token(url, { grant_type: 'authorization_code', code, ...redirect })));
  answers.push(JSON.stringify(await token(url, { grant_type: 'refresh_token', refresh_token: `ort.${code}` })));
  const wrong = { method: 'POST', headers: { authorization: `Basic ${btoa(`app:${PASSWORD}`)}` } };
  const form = new URLSearchParams({ grant_type: 'authorization_code', code });
  answers.push(await (await fetch(`${url}/token`, { ...wrong, body: form })).text());
  const posted = new URLSearchParams({ login: 'jane', password: PASSWORD });
  answers.push(await (await fetch(`${url}/auth/mock/login?state=x`, { method: 'POST', body: posted })).text());
  answers.push(await (await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${bearer}` } })).text());
  answers.push(await (await fetch(`${url}/callback/mock?state=x&code=${code}`)).text());
}
