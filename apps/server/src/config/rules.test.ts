import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';

const client = (keys: string): string => minimal(`staticClients:\n- {id: a, name: A, secret: s, ${keys}}`);
const connector = (keys: string, type = 'mockCallback'): string =>
  minimal().replace('type: mockCallback', `type: ${type}`).replace('name: Mock', `name: Mock, ${keys}`);

const facts = {
  identity: { userId: 'u-1', username: 'Jane', groups: ['dev'] },
  ...{ clientId: 'a', connectorId: 'mock', scopes: [] },
};

describe('rules of a client', () => {
  it('are read, and applied to people', async () => {
    const { config, warnings } = await load(
      client(`userValidationRules: [{expression: "'dev' in identity.groups"},
          {expression: "request.client_id == 'b'", message: Only for b.}],
          tokenClaims: {role: "'dev' in identity.groups ? 'Admin' : 'Viewer'", "https://a.example/level": "3"}`),
    );
    expect(warnings).toEqual([]);
    const [{ userValidationRules: rules = [], tokenClaims = {} } = {}] = config.clients;
    expect(rules.map((rule) => rule.admits(facts))).toEqual([true, false]);
    expect(rules[1]).toMatchObject({ name: 'staticClients[0].userValidationRules[1]', message: 'Only for b.' });
    expect(Object.entries(tokenClaims).map(([name, rule]) => [name, rule(facts)])).toEqual([
      ['role', 'Admin'],
      ['https://a.example/level', 3],
    ]);
  });

  it('are none where the file has none', async () => {
    const { config } = await load(client('public: false'));
    for (const key of ['userValidationRules', 'tokenClaims']) expect(config.clients[0]).not.toHaveProperty(key);
  });

  it.each([
    ['userValidationRules: []', 'userValidationRules: is empty. Write a rule, or remove it.'],
    ['userValidationRules: [{}]', 'userValidationRules[0].expression: is missing.'],
    ['userValidationRules: [{expression: ""}]', 'userValidationRules[0].expression: is empty.'],
    [
      'userValidationRules: [{expression: "1"}]',
      'userValidationRules[0].expression: comes to int. It must come to bool.',
    ],
    ['userValidationRules: [{expression: "true", mesage: x}]', 'mesage: is not a known key. Did you mean message?'],
    [
      'userValidationRules: [{expression: "true", message: "a\\nb"}]',
      'userValidationRules[0].message: is no line of up to',
    ],
    [
      'tokenClaims: {role: admin}',
      'tokenClaims.role: is no valid expression: Unknown variable: admin, at character 1.',
    ],
    ['tokenClaims: {sub: "\'x\'"}', 'is a claim that the issuer sets.'],
    ['tokenClaims: {groups: "[]"}', 'is a claim that the issuer sets.'],
    ['tokenClaims: {"a b": "1"}', 'is no name of a claim.'],
  ])('%s is refused', async (keys, problem) => {
    expect((await problemsOf(client(keys))).join('\n')).toContain(problem);
  });

  it('are warned of where a cluster asks about tokens, which do not tell what they go by', async () => {
    const rule = (expression: string) => `userValidationRules: [{expression: "${expression}"}]`;
    const warningsOf = async (keys: string) =>
      (await load(client(keys))).warnings.map(({ path }) => path).filter((path) => path.includes('Rules'));
    const mappings = 'claimMappings: {username: {claim: sub, prefix: ""}}';
    const review = `tokenReview: {audiences: [b], ${mappings}}`;
    for (const extra of ["identity.extra.a == 'b'", 'has(identity.extra.a)', "identity.extra['a'] == 'b'"]) {
      expect(await warningsOf(`${rule(extra)}, ${review}`)).toEqual(['staticClients[0].userValidationRules[0]']);
      expect(await warningsOf(rule(extra))).toEqual([]);
    }
    expect(await warningsOf(`${rule("'dev' in identity.groups")}, ${review}`)).toEqual([]);
    expect(await warningsOf(`${rule('has(identity.extra.a)')}, tokenReview: {${mappings}}`)).toEqual([]);
  });

  it('are told all at once, those of other clients and connectors too', async () => {
    const wrong = 'userValidationRules: [{expression: x}, {expression: "true"}, {expression: z}]';
    const text = `${connector(wrong)}\nstaticClients:\n- {id: a, name: A, secret: s, ${wrong}, tokenClaims: {c: z}}`;
    const paths = (await problemsOf(text)).map((line) => line.replace(/^config\.yaml:\d+: (\S+): .*$/u, '$1'));
    const rules = ['userValidationRules[0].expression', 'userValidationRules[2].expression'];
    expect(paths.toSorted()).toEqual([
      ...rules.map((rule) => `connectors[0].${rule}`),
      'staticClients[0].tokenClaims.c',
      ...rules.map((rule) => `staticClients[0].${rule}`),
    ]);
  });
});

describe('rules of a connector', () => {
  it('are read, and say how people are called and who may come', async () => {
    const { config, warnings } = await load(
      connector(`identityMappings: {groups: "identity.groups.map(g, 'corp:' + g)", extra: {kind: "'person'"}},
        userValidationRules: [{expression: "identity.username != 'Jane'"}]`),
    );
    expect(warnings).toEqual([]);
    const [{ mapIdentity, userValidationRules: rules = [] } = {}] = config.connectors;
    expect(mapIdentity?.(facts.identity)).toMatchObject({ groups: ['corp:dev'], extra: { kind: 'person' } });
    expect(rules[0]?.admits(facts)).toBe(false);
  });

  it.each([
    ['identityMappings: {userID: "\'x\'"}', 'identityMappings.userID: is not a known key.'],
    ['identityMappings: {groups: "identity.username"}', 'identityMappings.groups: comes to string.'],
    ['identityMappings: {extra: {a: "b"}}', 'identityMappings.extra.a: is no valid expression: Unknown variable: b'],
    ['identityMappings: {username: "identity.extra.a"}', 'identityMappings.username: is no valid expression'],
  ])('%s is refused', async (keys, problem) => {
    expect((await problemsOf(connector(keys))).join('\n')).toContain(problem);
  });

  it('that name claims are warned of where the connector hands over none', async () => {
    const { warnings } = await load(connector('identityMappings: {groups: "claims.roles"}'));
    expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'connectors[0].identityMappings: names claims, which this type of connector does not hand over: there are none in it.',
    ]);
    const config =
      'config: {issuer: "https://idp.example", clientID: a, clientSecret: s, redirectURI: "http://127.0.0.1:5556/dex/callback"}';
    const oidc = await load(connector(`${config}, identityMappings: {groups: "claims.roles"}`, 'oidc'));
    expect(oidc.warnings.filter(({ path }) => path.endsWith('identityMappings'))).toEqual([]);
  });
});
