/** What an operator makes of the answers of a connector (docs/adr/0029). */
import type { Identity, RefreshAsk } from '@ostiary/connector-sdk';
import { OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { type ConnectorEntry, type MappedIdentity, type RuleFacts, revokeLogins } from '../src/index.ts';
import { exchange, start as startExchange } from './exchanges.ts';
import { app, bodyOf, claimsOf, type Harness, jane, request, startIssuer, textOf } from './harness.ts';
import { outcomeOf } from './sessions.ts';
import { asApp, logIn, refresh, type Tokens, tokensOf } from './tokens.ts';

type Mapping = NonNullable<ConnectorEntry['mapIdentity']>;

/** Prefixes what it gets, so that a second pass over the same names would show. */
const prefixed: Mapping = ({ username, email, groups, claims = {} }) => ({
  username: `corp:${username}`,
  preferredUsername: username.toLowerCase(),
  ...(email === undefined ? {} : { email }),
  groups: groups.map((group) => `corp:${group}`),
  extra: { department: typeof claims.department === 'string' ? claims.department : 'none' },
});

const tokenClaims = { department: ({ identity }: RuleFacts) => identity.extra?.department };
const scope = 'openid profile email groups offline_access';
const said: Identity = { ...jane, claims: { department: 'it', salary: 'secret' } };

async function start(mapIdentity: Mapping, asked: RefreshAsk[] = []): Promise<Harness> {
  const harness = await startIssuer({
    clients: [{ ...app, tokenClaims }],
    entries: [{ mapIdentity }],
    refresh: (upstream) => ({
      kind: 'upstream',
      exclusive: false,
      refresh(ask) {
        asked.push(ask);
        return upstream.refreshed();
      },
    }),
  });
  harness.upstream.identity = said;
  return harness;
}

const expected = {
  ...{ name: 'corp:Jane Doe', preferred_username: 'jane doe', email: 'jane@example.com' },
  ...{ groups: ['corp:dev', 'corp:ops'], department: 'it' },
};

describe('a mapping', () => {
  it('says how people are called, in tokens and in the log', async () => {
    const harness = await start(prefixed);
    const { id, access } = await logIn(harness, { scope });
    for (const token of [id, access]) expect(claimsOf(token)).toMatchObject(expected);
    const [line] = harness.log.lines.filter(({ event }) => event === 'login.successful');
    expect(line?.fields).toMatchObject({ user: 'u-1', username: 'corp:Jane Doe', groups: expected.groups });
  });

  it('does not say who they are', async () => {
    const plain = await logIn(await start(({ username, groups }) => ({ username, groups })));
    const changed = (answer: Identity): MappedIdentity => Object.assign(prefixed(answer), { userId: 'admin' });
    const { id } = await logIn(await start(changed));
    expect(claimsOf(id).sub).toBe(claimsOf(plain.id).sub);
  });

  it('is applied once at each refresh, to what the connector has answered in its own words', async () => {
    const asked: RefreshAsk[] = [];
    const harness = await start(prefixed, asked);
    harness.upstream.refreshed = async () => ({ ...(asked.at(-1)?.identity ?? jane), claims: { department: 'hr' } });
    let tokens: Tokens = await logIn(harness, { scope });
    for (let round = 0; round < 3; round += 1) {
      tokens = tokensOf(await refresh(harness, tokens.refresh));
      expect(claimsOf(tokens.id)).toMatchObject({ ...expected, department: 'hr' });
      expect(asked.at(-1)?.identity).toEqual(jane);
    }
  });

  it('is told at a refresh what it came to the last time', async () => {
    const before: unknown[] = [];
    const harness = await start((answer, last) => {
      before.push(last);
      return prefixed(answer);
    });
    const { refresh: token } = await logIn(harness, { scope });
    await refresh(harness, token);
    expect(before).toEqual([undefined, prefixed(said)]);
  });

  it('survives that a connector keeps new data before it answers', async () => {
    const harness = await startIssuer({
      clients: [app],
      entries: [{ mapIdentity: prefixed }],
      refresh: (upstream) => ({
        kind: 'upstream',
        exclusive: true,
        async refresh({ persist }) {
          await persist(new Secret('rotated'));
          return upstream.refreshed();
        },
      }),
    });
    const { refresh: token } = await logIn(harness, { scope });
    harness.upstream.refreshed = () => Promise.reject(new Error('gone'));
    expect((await refresh(harness, token)).status).toBe(500);
    const asked = await harness.browser().send('/token/introspect', { form: { token, ...asApp } });
    expect(bodyOf(asked).ext).toMatchObject({ groups: expected.groups });
    harness.upstream.refreshed = async () => ({ ...jane, connectorData: new Secret('rotated') });
    expect(claimsOf(tokensOf(await refresh(harness, token)).id)).toMatchObject({ groups: expected.groups });
  });

  it('stays as it was where the provider cannot be asked', async () => {
    const harness = await startIssuer({
      clients: [app],
      entries: [{ mapIdentity: prefixed }],
      refresh: () => ({ kind: 'reuse', maxAgeSeconds: 3600 }),
    });
    const first = await logIn(harness, { scope });
    const renewed = tokensOf(await refresh(harness, first.refresh));
    expect(claimsOf(renewed.id)).toMatchObject({ groups: expected.groups, name: expected.name });
  });

  it('is applied at an exchange', async () => {
    const harness = await startExchange({ entries: [{ mapIdentity: prefixed }] });
    const reply = await exchange(harness, { scope: 'openid groups' });
    expect(claimsOf(textOf(reply, 'access_token'))).toMatchObject({ groups: expected.groups });
  });

  it('leaves nothing of what the provider said besides in the storage, the log or a token', async () => {
    const harness = await start(prefixed);
    const { id } = await logIn(harness, { scope });
    const keys = (await harness.storage.scan({ prefix: [], limit: 1000 })).keys;
    const records = await Promise.all(keys.map((key) => harness.storage.get(key)));
    expect(JSON.stringify(records)).toContain('corp:dev');
    for (const text of [JSON.stringify(records), JSON.stringify(harness.log.lines), JSON.stringify(claimsOf(id))]) {
      expect(text).not.toContain('salary');
    }
  });

  it('that fails refuses the person, and says so in the log', async () => {
    const harness = await start(() => {
      throw new OstiaryError('config/invalid', 'groups: no such key: department');
    });
    const reply = await harness.browser().logIn(request());
    expect(outcomeOf(reply)).toBe('error');
    expect(reply).toMatchObject({ status: 403, page: { problem: 'not_allowed' } });
    const [line] = harness.log.lines.filter(({ event }) => event === 'request.refused');
    expect(line?.fields).toMatchObject({
      detail: { rule: 'mapping of idp', failure: 'groups: no such key: department' },
      cause: undefined,
    });
  });

  it('that fails at a refresh does not end the login', async () => {
    let isBroken = false;
    const harness = await start((answer) => {
      if (isBroken) throw new Error('broken');
      return prefixed(answer);
    });
    const { refresh: token } = await logIn(harness, { scope });
    isBroken = true;
    expect(bodyOf(await refresh(harness, token))).toMatchObject({ error: 'invalid_grant' });
    isBroken = false;
    expect((await refresh(harness, token)).status).toBe(200);
  });

  it('without types answers what it may', async () => {
    const wrong = () => JSON.parse('{"username":"x","groups":"ops"}') as MappedIdentity;
    expect(outcomeOf(await (await start(wrong)).browser().logIn(request()))).toBe('error');
    // It would be stored, and nobody could read the record.
    const extra = () => JSON.parse('{"username":"x","groups":[],"extra":"text"}') as MappedIdentity;
    expect(outcomeOf(await (await start(extra)).browser().logIn(request()))).toBe('error');
  });

  it('is what an operator ends logins by', async () => {
    const harness = await start(prefixed);
    const { storage, clock } = harness;
    const end = async (value: string) => {
      await revokeLogins({ target: 'group', value, longestLogin: 864_000 }, { storage, now: clock.now });
      clock.advance(2);
    };
    const { refresh: token } = await logIn(harness, { scope });
    await end('ops');
    const renewed = await refresh(harness, token);
    expect(renewed.status).toBe(200);
    await end('corp:ops');
    expect((await refresh(harness, tokensOf(renewed).refresh)).status).toBe(400);
  });

  it('cannot give a reserved name', async () => {
    const reserved: Mapping = (answer) => ({ ...prefixed(answer), username: 'system:admin' });
    expect(outcomeOf(await (await start(reserved)).browser().logIn(request()))).toBe('error');
    const groups: Mapping = (answer) => ({ ...prefixed(answer), groups: ['system:masters', 'x'] });
    expect(claimsOf((await logIn(await start(groups), { scope })).id).groups).toEqual(['x']);
  });
});

describe('a connector with rules is asked for groups', () => {
  it.each([
    ['of people', { userValidationRules: [] }],
    ['of names', { mapIdentity: prefixed }],
  ])('%s', async (_which, entry) => {
    const harness = await startIssuer({ clients: [app], entries: [entry] });
    const idp = harness.connector('idp');
    if (idp.via !== 'redirect') throw new Error('no redirect');
    const asked: boolean[] = [];
    const { finish } = idp.login;
    Object.assign(idp.login, {
      finish: (answer: Parameters<typeof finish>[0]) => {
        asked.push(answer.scopes.groups);
        return finish(answer);
      },
    });
    await harness.browser().logIn(request({ scope: 'openid' }));
    expect(asked).toEqual([true]);
  });
});
