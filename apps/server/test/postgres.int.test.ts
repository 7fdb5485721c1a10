import { expect, it } from 'vitest';
import { logIn, refresh } from './built-server.ts';
import { postgres } from './databases.ts';
import { ostiary, refusesToStart, startTogether, testServerOn } from './server-on-database.ts';

testServerOn(postgres, (database) => {
  it('ends logins in all replicas when an operator says so', async () => {
    await using stack = new AsyncDisposableStack();
    const [one, other] = await startTogether(stack, database(), 2);
    if (one === undefined || other === undefined) throw new Error('no servers');
    const tokens = await logIn(one.url);
    const { exitCode, stderr } = await ostiary('revoke', one.server.configFile, '--everybody');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const headers = { authorization: `Bearer ${String(tokens.access_token)}` };
    const userinfo = async (): Promise<number> => (await fetch(`${other.url}/userinfo`, { headers })).status;
    await expect.poll(userinfo, { timeout: 10_000 }).toBe(401);
    expect((await refresh(other.url, tokens.refresh_token)).status).toBe(400);
  });

  it.each([
    ['TLS that the database does not speak', { ssl: {} }, 'speaks no TLS.'],
    ['a port where nobody is', { port: 1 }, '127.0.0.1:1 cannot be used: connect ECONNREFUSED'],
  ])('does not start with %s, and says so in one line', (_what, wrong, words) =>
    refusesToStart(database(), wrong, words),
  );
});
