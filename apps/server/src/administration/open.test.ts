import { fakeClock, recordingLogger, seededRandom } from '@ostiary/connector-sdk/testing';
import { registeredClients } from '@ostiary/issuer';
import { parseIssuerId, Secret } from '@ostiary/primitives';
import { memoryStorage } from '@ostiary/storage-memory';
import { describe, expect, it } from 'vitest';
import { load, minimal } from '../../test/load-config.ts';
import { openAccounts } from './accounts.ts';
import type { Administration } from './administration.ts';
import { openAdministration } from './open.ts';

/** `correct horse` */
const hash = new Secret('$2y$10$PjyRVeMRTRj5zDR8UWC42Ox5LEaMVpHaUmIgUPCYh9dlaF2AiiJDK');
const password = new Secret('correct horse');
const other = new Secret('$2b$10$ICYyg0Wv9Oud2L8jS3i0IOcqMFj8aykJO.U3PIpDrMbfFyYsZceU6');

const file = `
enablePasswordDB: true
staticPasswords:
  - { email: Static@example.com, hash: "${hash.reveal()}", userID: s-1, username: static }
staticClients:
  - { id: filed, name: Filed, secret: filed-secret, redirectURIs: [https://filed.example.com/cb] }`;

/** What administrators of a server with that file can do, and where it is kept. */
async function open(more = file) {
  const { config } = await load(minimal(more));
  const [{ now }, log] = [fakeClock(), recordingLogger()];
  const storage = await memoryStorage.open({}, { now, random: seededRandom('storage'), log });
  const stores = { registered: registeredClients({ storage, now }), accounts: openAccounts(storage) };
  const ended: string[] = [];
  const endAll = async (subject: string): Promise<void> => void ended.push(subject);
  const logins = { list: async () => [], end: async () => 0, endAll };
  const administration: Administration = openAdministration({
    ...{ config: { ...config, issuer: parseIssuerId('https://login.example.com/dex') }, log },
    issuer: { logins, metadata: () => ({ issuer: 'https://login.example.com/dex' }) },
    ...stores,
    random: seededRandom('ids'),
  });
  return { ...administration, ...stores, ended, lines: log.lines };
}

const refusal = (text: string) => ({ code: 'config/invalid', message: expect.stringContaining(text) });

describe('clients for administrators', () => {
  it('get an id and a secret where they come without', async () => {
    const { clients } = await open();
    const made = await clients.create({ redirectUris: ['https://app.example.com/cb'] });
    expect(made?.id).toMatch(/^[\w-]{22}$/);
    expect(made?.secret?.reveal()).toMatch(/^[\w-]{43}$/);
    expect(await clients.find(made?.id ?? '')).toEqual(made);
    expect(await clients.create({ id: 'mine', secret: new Secret('my-own') })).toMatchObject({ id: 'mine' });
    expect((await clients.find('mine'))?.secret?.reveal()).toBe('my-own');
  });

  it('that are public need no secret', async () => {
    const { clients } = await open();
    const made = await clients.create({ id: 'cli', public: true });
    expect(made).toEqual({ id: 'cli', name: '', public: true, redirectUris: [], trustedPeers: [] });
  });

  it('that stand in the file are seen, without their secret, and not changed', async () => {
    const { clients } = await open();
    const filed = {
      ...{ id: 'filed', name: 'Filed', public: false },
      ...{ redirectUris: ['https://filed.example.com/cb'], trustedPeers: [] },
    };
    expect(await clients.find('filed')).toEqual(filed);
    expect(await clients.create({ id: 'filed' })).toBeUndefined();
    await expect(clients.update('filed', { name: 'x' })).rejects.toMatchObject(refusal('stands in the configuration'));
    await expect(clients.remove('filed')).rejects.toMatchObject(refusal('stands in the configuration'));
    await clients.create({ id: 'added', name: 'Added' });
    expect(await clients.list()).toEqual([filed, expect.objectContaining({ id: 'added' })]);
    expect((await clients.list()).every((client) => !('secret' in client))).toBe(true);
  });

  it('that stand in the file hide those of the storage', async () => {
    const { clients, registered } = await open();
    await registered.create({ id: 'filed', name: 'Old', public: false, redirectUris: [], trustedPeers: [] });
    expect(await clients.list()).toMatchObject([{ id: 'filed', name: 'Filed' }]);
    expect(await clients.find('filed')).toMatchObject({ name: 'Filed' });
  });

  it('may have a path of this host, with a secret', async () => {
    const { clients } = await open();
    expect(await clients.create({ id: 'proxy', redirectUris: ['/oauth2/callback'] })).toMatchObject({ id: 'proxy' });
  });

  it('are changed and removed', async () => {
    const { clients } = await open();
    await clients.create({ id: 'added', name: 'Added', trustedPeers: ['filed'] });
    expect(await clients.update('added', { name: 'Renamed', logoUrl: 'https://app.example.com/l.png' })).toBe(true);
    expect(await clients.find('added')).toMatchObject({
      ...{ name: 'Renamed', logoUrl: 'https://app.example.com/l.png', trustedPeers: ['filed'] },
    });
    expect(await clients.remove('added')).toBe(true);
    expect([await clients.remove('added'), await clients.update('added', {})]).toEqual([false, false]);
    expect(await clients.find('added')).toBeUndefined();
  });

  it.each([
    [{ redirectUris: ['https://app.example.com/#x'] }, 'redirectUris[0] has a fragment'],
    [{ redirectUris: ['https://ok.example.com', 'nonsense'] }, 'redirectUris[1] is not an absolute URI'],
    [{ redirectUris: ['javascript:alert(1)'] }, 'has a scheme that runs code'],
    [{ redirectUris: ['https://*.example.com/'] }, 'wildcard'],
    [{ public: true, redirectUris: ['/callback'] }, 'redirectUris[0] is a path'],
    [{ logoUrl: 'theme/logo.png' }, 'logoUrl'],
    [{ name: 'two\nlines' }, 'name has signs'],
    [{ name: 'x'.repeat(1_001) }, 'name is longer'],
    [{ trustedPeers: [''] }, 'trustedPeers[0] is empty'],
    [{ id: 'ä' }, 'id must be'],
  ])('are as good as those of the file: %j', async (client, problem) => {
    const { clients } = await open();
    await expect(clients.create({ id: 'new', ...client })).rejects.toMatchObject(refusal(problem));
    expect(await clients.list()).toHaveLength(1);
  });

  it('are not changed into something that they could not be made as', async () => {
    const { clients } = await open();
    await clients.create({ id: 'cli', public: true });
    await expect(clients.update('cli', { redirectUris: ['/cb'] })).rejects.toMatchObject(refusal('is a path'));
    expect((await clients.find('cli'))?.redirectUris).toEqual([]);
  });
});

describe('passwords for administrators', () => {
  const jane = { email: 'Jane@Example.com', username: 'Jane', userId: 'u-1', hash };

  it('are added, checked, changed and removed, whatever the case of the address', async () => {
    const { passwords } = await open();
    expect(await passwords.create(jane)).toBe(true);
    expect(await passwords.create({ ...jane, email: 'jane@example.com', userId: 'u-9' })).toBe(false);
    expect(await passwords.verify('jane@EXAMPLE.com', password)).toBe(true);
    expect(await passwords.verify('jane@example.com', new Secret('wrong'))).toBe(false);
    expect(await passwords.update('JANE@example.com', { hash: other, username: 'Jane Doe' })).toBe(true);
    expect(await passwords.verify('jane@example.com', password)).toBe(false);
    expect(await passwords.verify('jane@example.com', new Secret('é'.repeat(36)))).toBe(true);
    expect((await passwords.list())[1]).toEqual({ email: 'jane@example.com', username: 'Jane Doe', userId: 'u-1' });
    expect(await passwords.remove('jane@example.com')).toBe(true);
    expect(await passwords.verify('jane@example.com', password)).toBeUndefined();
    expect([await passwords.remove(jane.email), await passwords.update(jane.email, {})]).toEqual([false, false]);
  });

  it('end with all that their people are logged in with, and once', async () => {
    const { passwords, ended } = await open();
    await passwords.create(jane);
    await passwords.remove('john@example.com');
    expect(ended).toEqual([]);
    await passwords.remove(jane.email);
    await passwords.remove(jane.email);
    expect(ended).toEqual(['CgN1LTESBWxvY2Fs']);
  });

  it('that stand in the file are seen and checked, and not changed', async () => {
    const { passwords } = await open();
    expect(await passwords.list()).toEqual([{ email: 'static@example.com', username: 'static', userId: 's-1' }]);
    expect(await passwords.verify('STATIC@example.com', password)).toBe(true);
    expect(await passwords.create({ ...jane, email: 'static@example.com' })).toBe(false);
    const stands = refusal('stands in the configuration file');
    await expect(passwords.update('Static@example.com', { username: 'x' })).rejects.toMatchObject(stands);
    await expect(passwords.remove('static@example.com')).rejects.toMatchObject(stands);
  });

  it('that stand in the file hide those of the storage', async () => {
    const { passwords, accounts } = await open();
    await accounts.create({ email: 'static@example.com', userId: 'u-2', username: 'Old', hash: other.reveal() });
    expect(await passwords.list()).toEqual([{ email: 'static@example.com', username: 'static', userId: 's-1' }]);
    expect(await passwords.verify('static@example.com', password)).toBe(true);
  });

  it('have a user id that nobody else has', async () => {
    const { passwords } = await open();
    await passwords.create(jane);
    for (const userId of ['s-1', 'u-1']) {
      const taken = passwords.create({ ...jane, email: 'john@example.com', userId });
      await expect(taken).rejects.toMatchObject(refusal('is that of another account'));
    }
  });

  it.each([
    [{ hash: new Secret('secret') }, 'hash is not a bcrypt or argon2id hash'],
    [{ hash: new Secret(hash.reveal().replace('$10$', '$04$')) }, 'hash has bcrypt cost 4'],
    [{ email: '' }, 'email must have'],
    [{ email: 'x'.repeat(255) }, 'email must have'],
    [{ userId: '' }, 'userId must have'],
    [{ userId: 'a\u0000' }, 'userId has signs'],
    [{ username: 'a\nb' }, 'username has signs'],
  ])('are refused when they could not be used: %#', async (changes, problem) => {
    const { passwords, lines } = await open();
    const refused = await passwords.create({ ...jane, ...changes }).catch((error: unknown) => error);
    expect(refused).toMatchObject(refusal(problem));
    expect(JSON.stringify([refused, lines])).not.toContain('$2');
    expect(await passwords.list()).toHaveLength(1);
  });

  it('are not changed to what could not be used', async () => {
    const { passwords } = await open();
    await passwords.create(jane);
    const unseen = passwords.update(jane.email, { username: 'a\nb' });
    await expect(unseen).rejects.toMatchObject(refusal('username has signs'));
    const weak = passwords.update(jane.email, { hash: new Secret('plain') });
    await expect(weak).rejects.toMatchObject(refusal('hash is not'));
    expect(await passwords.verify(jane.email, password)).toBe(true);
  });

  it('need a password database', async () => {
    const { passwords } = await open('');
    await expect(passwords.create(jane)).rejects.toMatchObject(refusal('Set enablePasswordDB: true'));
    expect(await passwords.list()).toEqual([]);
  });
});

it('logins are those of a subject of this issuer', async () => {
  const { logins } = await open();
  expect(await logins.list('CgN1LTESA2lkcA')).toEqual([]);
  expect(await logins.end('CgN1LTESA2lkcA', 'app')).toBe(0);
  for (const asked of [logins.list('u-1'), logins.end('', 'app')]) {
    await expect(asked).rejects.toMatchObject(refusal('is no subject of this issuer'));
  }
});
