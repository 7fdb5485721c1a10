import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf, type World } from '../../test/load-config.ts';

const read = async (text: string, world?: World) => {
  const { config, warnings } = await load(minimal(text), world);
  return { sessions: config.sessions, warnings: warnings.map(({ path, message }) => `${path} ${message}`) };
};
const flag = (value: string): World => ({ env: { DEX_SESSIONS_ENABLED: value } });
const usual = { cookieName: 'ostiary_session', absolute: 86_400, idle: 3600, sharedByDefault: false, remembered: true };

describe('sessions', () => {
  it.each([
    ['', undefined, undefined],
    ['sessions:', undefined, undefined],
    ['sessions: {}', undefined, usual],
    ['', flag('true'), usual],
    ['sessions: {absoluteLifetime: 2h}', flag('true'), { ...usual, absolute: 7200 }],
    ['', flag('false'), undefined],
    ['sessions: {}', flag(''), usual],
    ['sessions: {cookieName: ""}', undefined, usual],
  ])('are there with the block or the flag of Dex: %s', async (text, world, expected) => {
    expect(await read(text, world)).toEqual({ sessions: expected, warnings: [] });
  });

  it('are off when the flag says so, block or not, and that is told', async () => {
    const { sessions, warnings } = await read('sessions: {}', flag('false'));
    expect(sessions).toBeUndefined();
    expect(warnings).toEqual(['sessions is ignored, because DEX_SESSIONS_ENABLED says false. Remove one of them.']);
  });

  it('are not switched by a flag that says neither', async () => {
    const { sessions, warnings } = await read('', flag('yes'));
    expect(sessions).toBeUndefined();
    expect(warnings).toEqual(['DEX_SESSIONS_ENABLED is neither true nor false, so it is ignored. Write one of them.']);
  });

  it('are read key by key', async () => {
    const { sessions } = await read(
      'sessions: {cookieName: dex_session, absoluteLifetime: 12h, validIfNotUsedFor: 30m, ssoSharedWithDefault: all, rememberMeCheckedByDefault: false}',
    );
    expect(sessions).toEqual({
      ...{ cookieName: 'dex_session', absolute: 43_200, idle: 1800, sharedByDefault: true, remembered: false },
    });
  });

  it('that are short need no second limit', async () => {
    expect((await read('sessions: {absoluteLifetime: 10m}')).sessions).toMatchObject({ absolute: 600, idle: 600 });
  });

  it('have a cookie whose key is not needed', async () => {
    const { sessions, warnings } = await read('sessions: {cookieEncryptionKey: 0123456789abcdef}');
    expect(sessions).toEqual(usual);
    expect(warnings).toEqual([expect.stringContaining('cookieEncryptionKey is ignored')]);
  });

  it.each([
    [
      'sessions: {absoluteLifetime: 1h, validIfNotUsedFor: 2h}',
      'sessions.validIfNotUsedFor: is above absoluteLifetime.',
    ],
    ['sessions: {absoluteLifetime: 0s}', 'sessions.absoluteLifetime: is too short.'],
    ['sessions: {validIfNotUsedFor: 1d}', 'sessions.validIfNotUsedFor: '],
    ['sessions: {cookieName: "a b"}', 'sessions.cookieName: is no name of a cookie.'],
    ['sessions: {cookieName: login-1}', 'sessions.cookieName: begins with login-, logout- or __,'],
    ['sessions: {cookieName: logout-1}', 'sessions.cookieName: begins with login-, logout- or __,'],
    ['sessions: {cookieName: __Host-x}', 'sessions.cookieName: begins with login-, logout- or __,'],
    ['sessions: {ssoSharedWithDefault: some}', 'sessions.ssoSharedWithDefault: must be'],
    ['sessions: yes', 'sessions: must be'],
    ['sessions: {cookieNam: x}', 'sessions.cookieNam: is not a known key. Did you mean cookieName?'],
  ])('refuse %s', async (text, problem) => {
    expect(await problemsOf(minimal(text))).toEqual([expect.stringContaining(problem)]);
  });

  it('that are wrong are no reason to say that there are none', async () => {
    const client = 'staticClients: [{id: a, name: A, secret: s, refreshTokenLifetime: session}]';
    const problems = await problemsOf(minimal(`sessions: {absoluteLifetime: never}\n${client}`));
    expect(problems).toEqual([expect.stringContaining('sessions.absoluteLifetime: ')]);
  });
});

describe('a client', () => {
  const clients = (more: string): string =>
    `staticClients: [{id: a, name: A, secret: s, ${more}}, {id: b, name: B, secret: s}]`;
  const withSessions = async (more: string) => {
    const { config, warnings } = await load(minimal(`sessions: {}\n${clients(more)}`));
    return { client: config.clients[0], warnings: warnings.map(({ path, message }) => `${path} ${message}`) };
  };

  it.each([['[b]'], ['["*"]'], ['[]']])('shares its logins with %s', async (list) => {
    const { client, warnings } = await withSessions(`ssoSharedWith: ${list}, refreshTokenLifetime: session`);
    expect(client).toMatchObject({
      sharesLoginWith: JSON.parse(list.replace('b', '"b"')),
      refreshTokenLifetime: 'session',
    });
    expect(warnings).toEqual([]);
  });

  it('that says nothing goes by the issuer', async () => {
    const { client } = await withSessions('public: false');
    expect(client).not.toHaveProperty('sharesLoginWith');
    expect(client).not.toHaveProperty('refreshTokenLifetime');
  });

  it('is warned of names that lead nowhere', async () => {
    const { warnings } = await withSessions('ssoSharedWith: [b, bee]');
    expect(warnings).toEqual(['staticClients[0].ssoSharedWith names no client: bee.']);
  });

  it('is warned of what does nothing without sessions', async () => {
    const { warnings } = await load(minimal(clients('ssoSharedWith: [b], refreshTokenLifetime: standalone')));
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'staticClients[0].ssoSharedWith does nothing without sessions. Add a sessions block.',
    ]);
  });
});
