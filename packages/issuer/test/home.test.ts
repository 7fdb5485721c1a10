/** What people see who type the issuer's address into a browser. */
import { describe, expect, it } from 'vitest';
import { revokeLogins, type SessionView } from '../src/index.ts';
import { type Browser, locationOf } from './browser.ts';
import { app, cli, startIssuer } from './harness.ts';
import { clientNamed, outcomeOf, requestOf, startWithSession } from './sessions.ts';

async function sessionSeenBy(person: Browser): Promise<SessionView | undefined> {
  const reply = await person.send('/');
  if (reply.kind !== 'page' || reply.page.name !== 'home') throw new Error(`no home page: ${reply.status}`);
  expect(reply.page.issuer).toBe('https://login.example.com/dex');
  return reply.page.session;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

describe('the home page of an issuer with sessions', () => {
  it('says who is logged in, where, and until when', async () => {
    const { person, clock } = await startWithSession({ sessions: { absolute: 7200, idle: 3600 } });
    const now = seconds(clock.now());
    expect(await sessionSeenBy(person)).toEqual({
      ...{ userName: expect.any(String), connectorName: 'Company IdP', groups: ['dev', 'ops'] },
      ...{ clientNames: ['The App'], loggedInAt: now, logoutUrl: '/dex/logout' },
      ...{ endsAt: now + 3600, isIdleEnd: true },
    });
  });

  it('names the end that use does not put off when that one is nearer', async () => {
    const { person, clock } = await startWithSession({ sessions: { absolute: 3600, idle: 3600 } });
    expect(await sessionSeenBy(person)).toMatchObject({ endsAt: seconds(clock.now()) + 3600, isIdleEnd: false });
  });

  it('does not make a session last longer, and writes nothing', async () => {
    let writes = 0;
    const { person, clock } = await startWithSession({
      sessions: { absolute: 7200, idle: 3600 },
      storage: (driver) => ({
        ...driver,
        put: (...args) => {
          writes += 1;
          return driver.put(...args);
        },
      }),
    });
    writes = 0;
    clock.advance(3000);
    expect(await sessionSeenBy(person)).toBeDefined();
    clock.advance(601);
    expect(await sessionSeenBy(person)).toBeUndefined();
    expect(writes).toBe(0);
  });

  it('names no application that the person has not agreed to, or that is gone', async () => {
    const other = clientNamed('other', { name: '' });
    const clients = [app, cli, other];
    const { person } = await startWithSession({
      sessions: { sharedByDefault: true },
      protocol: { skipApproval: false },
      clients,
    });
    const names = async () => (await sessionSeenBy(person))?.clientNames;
    expect(await names()).toEqual([]);
    const asked = await person.send(locationOf(await person.authorize(requestOf('other'))));
    expect(outcomeOf(asked)).toBe('approval');
    const req = asked.kind === 'page' && asked.page.name === 'approval' ? asked.page.req : '';
    await person.send('/approval', { form: { req, approval: 'approve' } });
    expect(await names()).toEqual(['other']);
    clients.pop();
    expect(await names()).toEqual([]);
  });

  it('names no application whose logins were ended, nor another one that got its id', async () => {
    const ended = await startWithSession();
    await revokeLogins({ target: 'client', value: app.id }, { storage: ended.storage, now: ended.clock.now });
    ended.clock.advance(2);
    expect(await sessionSeenBy(ended.person)).toMatchObject({ clientNames: [] });

    const clients = [app];
    const { person, clock } = await startWithSession({ clients });
    clients.splice(0, 1, { ...app, name: 'Another App', loginsAfter: seconds(clock.now()) });
    expect(await sessionSeenBy(person)).toMatchObject({ clientNames: [] });
  });

  it('knows nobody without the cookie, after a logout, and whose logins an operator has ended', async () => {
    const harness = await startWithSession();
    expect(await sessionSeenBy(harness.browser())).toBeUndefined();
    expect(await sessionSeenBy(harness.person)).toBeDefined();
    const mark = { target: 'group', value: 'ops' } as const;
    await revokeLogins(mark, { storage: harness.storage, now: harness.clock.now });
    harness.clock.advance(2);
    expect(await sessionSeenBy(harness.person)).toBeUndefined();
  });
});

it('an issuer without sessions leaves its front door to the host', async () => {
  const { issuer } = await startIssuer();
  expect(issuer.endpoints.map(({ path }) => path)).not.toContain('/');
});
