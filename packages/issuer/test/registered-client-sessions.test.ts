/** Sessions of browsers, and a client that gets the id of one that was removed (docs/adr/0031). */
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { type RegisteredClient, type Reply, registeredClients } from '../src/index.ts';
import { locationOf } from './browser.ts';
import { type HarnessOptions, redirectUri, request, startIssuer } from './harness.ts';
import { clientNamed, outcomeOf, requestOf, scope } from './sessions.ts';

const registration: RegisteredClient = {
  ...{ id: 'app', name: 'The App', public: false, secret: new Secret('app-secret') },
  ...{ redirectUris: [redirectUri], trustedPeers: [] },
};
/** These stand in the file. */
const inFile = [
  clientNamed('other', { name: 'Other', sharesLoginWith: [] }),
  clientNamed('third'),
  clientNamed('sharing', { sharesLoginWith: ['app'] }),
];

const asked = request({ scope });

/** Somebody logs in at `app` and agrees; it goes, another one gets its id, and they log in again, for another client. */
async function changeHands(sessions: HarnessOptions['sessions'] = {}, loggedInAgain = 'other') {
  const harness = await startIssuer({
    sessions,
    protocol: { skipApproval: false },
    registry: (parts) => {
      const registered = registeredClients(parts);
      return { find: async (id) => inFile.find((client) => client.id === id) ?? registered.find(id) };
    },
  });
  const { storage, clock, browser } = harness;
  const clients = registeredClients({ storage, now: clock.now });
  await clients.create(registration);
  const person = browser();
  const agree = (page: Reply): Promise<Reply> => person.send(locationOf(page), { form: { approval: 'approve' } });
  await agree(await person.logIn(asked));
  await clients.remove('app');
  await clients.create({ ...registration, name: 'Another App' });
  clock.advance(1);
  await agree(await person.logIn(requestOf(loggedInAgain, { prompt: 'login' })));
  return { person, agree };
}

describe('a client that gets the id of another', () => {
  it('is not answered by a login for the one before, but by its own', async () => {
    const { person, agree } = await changeHands();
    expect(outcomeOf(await person.authorize(asked))).toBe('provider');
    expect(outcomeOf(await agree(await person.logIn(asked)))).toBe('code');
    expect(outcomeOf(await person.authorize(asked))).toBe('code');
  });

  it('is agreed to anew', async () => {
    const login = await changeHands();
    expect(outcomeOf(await login.person.logIn(asked))).toBe('/dex/approval');
    const { person } = await changeHands({}, 'sharing');
    expect(outcomeOf(await person.authorize(asked))).toBe('/dex/approval');
  });

  it('does not hand a login for the one before on to others', async () => {
    const { person, agree } = await changeHands({ sharedByDefault: true });
    expect(outcomeOf(await person.authorize(requestOf('third')))).toBe('provider');
    await agree(await person.logIn(asked));
    expect(outcomeOf(await person.authorize(requestOf('third')))).toBe('/dex/approval');
  });

  it('is not among the applications where somebody is logged in', async () => {
    const { person, agree } = await changeHands();
    const names = async (): Promise<unknown> => {
      const reply = await person.send('/');
      return reply.kind === 'page' && reply.page.name === 'home' ? reply.page.session?.clientNames : reply;
    };
    expect(await names()).toEqual(['Other']);
    await agree(await person.logIn(asked));
    expect(await names()).toEqual(['Other', 'Another App']);
  });
});
