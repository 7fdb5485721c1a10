import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';

const hash = '$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe';
const people = (entry: string): string => minimal(`enablePasswordDB: true\nstaticPasswords: [{${entry}}]`);
const grantsOf = async (text: string) => (await load(text)).config.connectors.map(({ grantTypes }) => grantTypes);

describe('connectors', () => {
  it('puts the password database after the others, as Dex does', async () => {
    const { config } = await load(people(`email: A@example.com, hash: "${hash}", username: a, userID: u1`));
    expect(config.connectors.map(({ id, type, name }) => ({ id, type, name }))).toEqual([
      { id: 'mock', type: 'mockCallback', name: 'Mock' },
      { id: 'local', type: 'local', name: 'Email' },
    ]);
  });

  it('takes a hash from the environment when there is none in the file', async () => {
    const text = people('email: a@example.com, hashFromEnv: HASH, username: a, userID: u1');
    expect(await problemsOf(text, { env: { HASH: hash } })).toEqual([]);
    expect(await problemsOf(text)).toContain(
      'config.yaml:6: staticPasswords[0].hashFromEnv: names HASH, which is not set or empty. Set it.',
    );
  });

  it.each([
    [minimal('staticPasswords: [{email: a}]'), 'staticPasswords: needs the password database.'],
    [
      people('email: a@b.example, hash: "$2a$04$xxxx", username: a, userID: u'),
      'staticPasswords[0].hash: is not a bcrypt',
    ],
    [people(`email: a@b.example, hash: "${hash}", username: a`), 'staticPasswords[0].userID: is missing.'],
    [
      people(`emial: a@b.example, hash: "${hash}", username: a, userID: u`),
      'staticPasswords[0].emial: is not a known key. Did you mean email?',
    ],
    [
      minimal('enablePasswordDB: true').replace('id: mock', 'id: local'),
      'connectors[0].id: is "local", which enablePasswordDB uses.',
    ],
  ])('refuses a password database with a wrong part', async (text, problem) => {
    expect((await problemsOf(text)).join('\n')).toContain(problem);
  });

  it('takes the grants of a connector as they are, and never widens a list that was written', async () => {
    const own = (grants: string) => minimal().replace('name: Mock', `name: Mock, grantTypes: [${grants}]`);
    expect(await grantsOf(minimal())).toEqual([undefined]);
    expect(await grantsOf(own('authorization_code'))).toEqual([['authorization_code']]);
    expect(await grantsOf(own('password'))).toEqual([[]]);
  });

  it('warns of grants that do not exist here, and refuses those that exist nowhere', async () => {
    const own = (grant: string) => minimal().replace('name: Mock', `name: Mock, grantTypes: [${grant}]`);
    const { warnings } = await load(own('implicit'));
    expect(warnings[0]?.message).toContain('has grants that no connector is used with: implicit.');
    const { config } = await load(own('client_credentials, refresh_token'));
    expect(config.connectors[0]?.grantTypes).toEqual(['refresh_token']);
    expect(await problemsOf(own('foo'))).toHaveLength(1);
  });
});
