import { describe, expect, it } from 'vitest';
import { minimal, problemsOf, warningsBesideProblems } from '../../test/load-config.ts';

const hash = '$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe';
const connectors = (blocks: string): string => minimal().replace(/connectors.*/u, `connectors: [${blocks}]`);
const passwords = (...entries: readonly string[]): string =>
  minimal(`enablePasswordDB: true\nstaticPasswords: [${entries.map((entry) => `{${entry}}`).join(', ')}]`);
const client = (block: string): string => minimal(`staticClients: [${block}]`);

/** Files with several mistakes, and the places that must be told, in the order in which they are. */
const files: readonly (readonly [name: string, text: string, told: readonly string[]])[] = [
  [
    'a connector without a name',
    connectors('{type: mockPassword, id: b, config: {username: u, pasword: x}}'),
    ['connectors[0].name', 'connectors[0].config.pasword', 'connectors[0].config.password'],
  ],
  [
    'a connector with a wrong name and no id',
    connectors('{type: github, name: 5, config: {redirectURI: "https://a.example/cb"}}'),
    ['connectors[0].id', 'connectors[0].name', 'connectors[0].config.clientID', 'connectors[0].config.clientSecret'],
  ],
  [
    'a connector without a name whose id is taken and whose callback is elsewhere',
    connectors(
      '{type: mockCallback, id: a, name: A}, {type: oidc, id: a, config: {issuer: "https://a.example", clientID: c, redirectURI: "https://b.example/cb"}}',
    ),
    ['connectors[1].name', 'connectors[1].id', 'connectors[1].config.redirectURI'],
  ],
  [
    'a callback that is elsewhere, beside another wrong option',
    connectors(
      '{type: oidc, id: a, name: A, config: {issuer: "https://a.example", redirectURI: "https://b.example/cb"}}',
    ),
    ['connectors[0].config.clientID', 'connectors[0].config.redirectURI'],
  ],
  [
    'a callback that is no URL, which is told once',
    connectors(
      '{type: oidc, id: a, name: A, config: {issuer: "https://a.example", clientID: c, redirectURI: nowhere}}',
    ),
    ['connectors[0].config.redirectURI'],
  ],
  ['an unknown type without a name', connectors('{type: samml, id: a}'), ['connectors[0].name', 'connectors[0].type']],
  [
    'something that is no connector',
    connectors('foo, {type: mockPassword, id: a, name: A}'),
    ['connectors[0]', 'connectors[1].config.username', 'connectors[1].config.password'],
  ],
  [
    'oidc',
    connectors('{type: oidc, id: a, name: A, config: {clientSecret: a, clientSecretFile: b}}'),
    ['connectors[0].config.issuer', 'connectors[0].config.clientID', 'connectors[0].config.clientSecretFile'],
  ],
  [
    'github',
    connectors('{type: github, id: a, name: A}'),
    ['connectors[0].config.clientID', 'connectors[0].config.clientSecret'],
  ],
  [
    'saml',
    connectors('{type: saml, id: a, name: A}'),
    [
      'connectors[0].config.usernameAttr',
      'connectors[0].config.emailAttr',
      'connectors[0].config.ca',
      'connectors[0].config.ssoURL',
    ],
  ],
  ['connectors that are no list', minimal().replace(/connectors.*/u, 'connectors: foo'), ['connectors']],
  [
    'a client without name and id',
    client('{secretEnv: NOPE}'),
    ['staticClients[0].name', 'staticClients[0].id', 'staticClients[0].secretEnv'],
  ],
  [
    'a client whose id and secret are there, but wrong',
    client('{id: 5, name: A, secret: 7}, {idEnv: 5, name: B, public: "yes"}'),
    ['staticClients[0].id', 'staticClients[0].secret', 'staticClients[1].idEnv', 'staticClients[1].public'],
  ],
  [
    'clients with one id, and wrong otherwise',
    client('{id: a, secret: s}, {id: a, secret: s, secretFile: /none, redirectURIs: [x]}'),
    [
      'staticClients[0].name',
      'staticClients[1].name',
      'staticClients[1].redirectURIs[0]',
      'staticClients[1].secretFile',
      'staticClients[1].id',
    ],
  ],
  [
    'https without its files, and a wrong version',
    minimal().replace(/web:.*/u, 'web: {https: ":443", tlsMinVersion: 1.2}'),
    ['web.tlsMinVersion', 'web.tlsCert', 'web.tlsKey'],
  ],
  [
    'a bad hash, and doubles beside it',
    passwords(
      'email: a@b.example, hash: plain, username: a, userID: u1',
      `email: A@b.example, hash: "${hash}", username: a, userID: u2`,
      `email: c@b.example, hash: "${hash}", username: a, userID: u2`,
    ),
    ['staticPasswords[0].hash', 'staticPasswords[1].email', 'staticPasswords[2].userID'],
  ],
  [
    'a hash of the environment that is not there, and one that is no text',
    passwords('email: a@b.example, hashFromEnv: NOPE, username: a, userID: u1', 'email: b@b.example, hash: 5'),
    ['staticPasswords[1].hash', 'staticPasswords[0].hashFromEnv', 'staticPasswords[1].userID'],
  ],
  ['an issuer that is empty', minimal().replace(/issuer.*/u, 'issuer: ""'), ['issuer']],
  ['a storage type that is empty', minimal().replace('memory', '""'), ['storage.type']],
  ['a signer type that is empty', minimal('signer: {type: ""}'), ['signer.type']],
  [
    'a password database that is switched on with a word',
    minimal('enablePasswordDB: "yes"\nstaticPasswords: [{email: a@b.example}, foo]'),
    ['enablePasswordDB', 'staticPasswords[1]', 'staticPasswords[0].hash', 'staticPasswords[0].userID'],
  ],
];

describe('a file with several mistakes', () => {
  it.each(files)('tells all of them at once: %s', async (_name, text, told) => {
    const problems = await problemsOf(text);
    expect(problems.map((problem) => problem.split(': ')[1])).toEqual(told);
  });

  it('has its warnings told besides, because one may be the reason of a problem', async () => {
    const text = connectors('{type: github, id: a, name: A, config: {clientID: $UNSET, clientSecret: s}}');
    expect(await problemsOf(text)).toEqual([expect.stringContaining('connectors[0].config.clientID: is empty.')]);
    expect(await warningsBesideProblems(text)).toEqual([
      expect.stringMatching(/^warning: config\.yaml:4: connectors\[0\]\.config: uses \$UNSET, not set /u),
    ]);
  });

  it('has no warning of a connector that is there, but wrong', async () => {
    const text = `${connectors('{type: github, id: a, name: A}')}
staticClients: [{id: c, name: C, secret: s, allowedConnectors: [a]}]`;
    expect(await problemsOf(text)).not.toEqual([]);
    expect(await warningsBesideProblems(text)).toEqual([]);
  });
});
