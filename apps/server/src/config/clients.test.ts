import type { ReviewRule } from '@ostiary/issuer';
import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf, type World } from '../../test/load-config.ts';

const withClients = (...clients: readonly string[]): string => minimal(`staticClients: [${clients.join(', ')}]`);
const secretsOf = async (client: string, world?: World): Promise<readonly string[] | undefined> => {
  const { config } = await load(withClients(client), world);
  return config.clients[0]?.secrets.map((secret) => secret.reveal());
};

describe('staticClients', () => {
  it('reads where a browser goes after a logout, and where logouts are told', async () => {
    const uris = ['https://a.example/bye#/x', 'com.example.app:/bye', '/bye', 'http://127.0.0.1:8000/'];
    const told = 'http://a.svc/logout?x=1';
    const client = `{id: a, name: A, secret: s, postLogoutRedirectURIs: ${JSON.stringify(uris)}, backchannelLogoutURI: "${told}"}`;
    const { config, warnings } = await load(`${withClients(client)}\nsessions: {}`);
    expect(config.clients[0]).toMatchObject({ postLogoutRedirectUris: uris, backchannelLogoutUri: told });
    expect(warnings).toEqual([]);
    const bare = await load(
      withClients('{id: a, name: A, secret: s, postLogoutRedirectURIs: [], backchannelLogoutURI: ""}'),
    );
    expect(bare.config.clients[0]).not.toHaveProperty('postLogoutRedirectUris');
    expect(bare.config.clients[0]).not.toHaveProperty('backchannelLogoutUri');
    expect(bare.warnings).toEqual([]);
  });

  it('warns of what belongs to a logout where there are no sessions', async () => {
    const client =
      '{id: a, name: A, secret: s, postLogoutRedirectURIs: ["https://a.example"], backchannelLogoutURI: "https://a.example"}';
    const { warnings } = await load(withClients(client));
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'staticClients[0].postLogoutRedirectURIs does nothing without sessions. Add a sessions block.',
      'staticClients[0].backchannelLogoutURI does nothing without sessions. Add a sessions block.',
    ]);
  });

  it.each([
    ['postLogoutRedirectURIs: [bye]', 'postLogoutRedirectURIs[0]: is not an absolute URI.'],
    ['postLogoutRedirectURIs: ["//evil.example"]', 'postLogoutRedirectURIs[0]: is not an absolute URI.'],
    ['postLogoutRedirectURIs: ["https://*.example"]', 'postLogoutRedirectURIs[0]: has a wildcard'],
    ['postLogoutRedirectURIs: ["https://a.example/ü"]', 'postLogoutRedirectURIs[0]: has a sign that no URI has.'],
    ['postLogoutRedirectURIs: ["javascript:alert(1)"]', 'postLogoutRedirectURIs[0]: has a scheme that runs code'],
    ['backchannelLogoutURI: /logout', 'backchannelLogoutURI: is not a URL.'],
    ['backchannelLogoutURI: "ftp://a.example"', 'backchannelLogoutURI: must begin with https://'],
    ['backchannelLogoutURI: "https://a:b@a.example"', 'backchannelLogoutURI: must not contain a user name'],
    ['backchannelLogoutURI: "https://a.example#x"', 'backchannelLogoutURI: has a fragment'],
  ])('refuses %s', async (key, problem) => {
    const problems = await problemsOf(`${withClients(`{id: a, name: A, secret: s, ${key}}`)}\nsessions: {}`);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('reads every key', async () => {
    const { config } = await load(
      withClients(
        `{id: a, name: A, secret: s, redirectURIs: ["https://a.example/cb", "com.example.app:/cb"], trustedPeers: [b],
          allowedConnectors: [mock], allowedGroups: [ops], allowedEmails: [jane@a.example], tokenGroups: ["team-*"],
          clientCredentialsClaims: {groups: [robots]}, logoURL: "https://a.example/l.png", idTokenLifetime: 5m, signingAlgorithm: EdDSA}`,
        '{id: b, name: B, public: true}',
      ),
    );
    expect(config.clients).toMatchObject([
      {
        id: 'a',
        name: 'A',
        public: false,
        redirectUris: ['https://a.example/cb', 'com.example.app:/cb'],
        trustedPeers: ['b'],
        allowedConnectors: ['mock'],
        allowedGroups: ['ops'],
        allowedEmails: ['jane@a.example'],
        tokenGroups: ['team-*'],
        ownGroups: ['robots'],
        logoUrl: 'https://a.example/l.png',
        idTokenLifetime: 300,
        signingAlgorithm: 'EdDSA',
      },
      { id: 'b', public: true, secrets: [], redirectUris: [] },
    ]);
    expect(config.clients[1]).not.toHaveProperty('allowedConnectors');
  });

  it('takes a secret from the file, the environment or a file of its own', async () => {
    expect(await secretsOf('{id: a, name: A, secret: s}')).toEqual(['s']);
    expect(await secretsOf('{id: a, name: A, secretEnv: S}', { env: { S: 'from env' } })).toEqual(['from env']);
    const files = { '/run/s': 'from file\n' };
    expect(await secretsOf('{id: a, name: A, secretFile: /run/s}', { files })).toEqual(['from file']);
  });

  it('expands no variables in ids and secrets, as Dex', async () => {
    expect(await secretsOf('{id: a, name: A, secret: "pa$word"}', { env: { word: 'x' } })).toEqual(['pa$word']);
  });

  it.each([
    ['{name: A, secret: s}', 'staticClients[0].id: is missing. Add it, or idEnv with the name of a variable.'],
    ['{id: a, idEnv: B, name: A, secret: s}', 'staticClients[0].idEnv: is set besides id. Keep one of them.'],
    ['{idEnv: B, name: A, secret: s}', 'staticClients[0].idEnv: names B, which is not set or empty. Set it.'],
    ['{id: a, name: A}', 'staticClients[0]: has no secret.'],
    ['{id: a, name: A, secret: ""}', 'staticClients[0]: has no secret.'],
    ['{id: a, name: A, secret: s, secretEnv: S}', 'staticClients[0].secretEnv: is set besides secret.'],
    ['{id: a, name: A, secretEnv: S}', 'staticClients[0].secretEnv: names S, which is not set or empty.'],
    ['{id: a, name: A, secretFile: /none}', 'staticClients[0].secretFile: /none does not exist. Check the path.'],
    [
      '{id: a, name: A, secretFile: /latin1}',
      'staticClients[0].secretFile: /latin1 is not UTF-8 (line 1). Save it as UTF-8.',
    ],
    ['{id: a, name: A, secretFile: /empty}', 'staticClients[0].secretFile: /empty is empty.'],
    ['{id: a, secret: s}', 'staticClients[0].name: is missing. Add it.'],
    [
      '{id: a, name: A, secret: s, refreshTokenLifetime: session}',
      'staticClients[0].refreshTokenLifetime: is "session", but there are no sessions.',
    ],
    ['{id: a, name: A, secret: s, refreshTokenLifetime: ever}', 'staticClients[0].refreshTokenLifetime: must be'],
    [
      '{id: a, name: A, secret: s, allowedGroups: []}',
      'staticClients[0].allowedGroups: is empty, so nobody could log in.',
    ],
    [
      '{id: a, name: A, secret: s, allowedEmails: []}',
      'staticClients[0].allowedEmails: is empty, so nobody could log in.',
    ],
    ['{id: a, name: A, secret: s, allowedEmails: ["@a.example"]}', 'staticClients[0].allowedEmails[0]: is no address.'],
    ['{id: a, name: A, secret: s, tokenGroups: ["a*b"]}', 'staticClients[0].tokenGroups[0]: has a * inside.'],
    ['{id: a, name: A, secret: s, mfaChain: [totp]}', 'staticClients[0].mfaChain: is not supported.'],
    ['{id: a, name: A, secret: s, redirectURIs: ["https://a.example/#x"]}', 'redirectURIs[0]: has a fragment'],
    ['{id: a, name: A, secret: s, redirectURIs: ["https://*.example/"]}', 'redirectURIs[0]: has a wildcard'],
    [
      '{id: a, name: A, secret: s, redirectURIs: ["https://a.example/Ж"]}',
      'redirectURIs[0]: has a sign that no URI has',
    ],
    [
      '{id: a, name: A, secret: s, redirectURIs: ["https://a.example/\\r"]}',
      'redirectURIs[0]: has a sign that no URI has',
    ],
    ['{id: a, name: A, secret: s, redirectURIs: ["javascript:alert(1)"]}', 'redirectURIs[0]: has a scheme'],
    ['{id: a, name: A, secret: s, redirectURIs: ["//evil.example"]}', 'redirectURIs[0]: is not an absolute URI'],
    ['{id: a, name: A, secret: s, redirectURIs: ["/\\\\evil"]}', 'redirectURIs[0]: is not an absolute URI'],
    ['{id: a, name: A, secret: s, redirectURIs: ["oauth2/callback"]}', 'redirectURIs[0]: is not an absolute URI'],
    ['{id: a, name: A, secret: s, redirectURIs: ["/a#b"]}', 'redirectURIs[0]: has a fragment'],
    ['{id: a, name: A, secret: s, redirectURIs: ["/*"]}', 'redirectURIs[0]: has a wildcard'],
    ['{id: a, name: A, secret: s, redirectURIs: ["/\\t/evil"]}', 'redirectURIs[0]: has a sign that no URI has'],
    ['{id: a, name: A, public: true, redirectURIs: ["/oauth2/callback"]}', 'redirectURIs[0]: is a path, which only'],
    [
      '{id: a, name: A, public: true, redirectURIs: ["/app/device/callback"]}',
      'redirectURIs[0]: is a path, which only',
    ],
    ['{id: a, name: A, secret: s}, {id: a, name: B, secret: s}', 'staticClients[1].id: is the id of staticClients[0]'],
  ])('refuses %s', async (clients, problem) => {
    const files = { '/empty': '\n', '/latin1': Buffer.from('päss', 'latin1') };
    expect((await problemsOf(withClients(clients), { files })).join('\n')).toContain(problem);
  });

  it('accepts a path from a client with a secret, as Kubeflow writes it for oauth2-proxy', async () => {
    const kubeflow = '{id: kubeflow-oidc-authservice, name: Kubeflow, secret: s, redirectURIs: [/oauth2/callback]}';
    const { config, warnings } = await load(withClients(kubeflow));
    expect(config.clients[0]?.redirectUris).toEqual(['/oauth2/callback']);
    expect(warnings).toEqual([]);
  });

  it.each(['public: true', 'secret: s'])('accepts the paths of the device flow from a client with %s', async (kind) => {
    const redirectUris = ['/device/callback', '/dex/device/callback'];
    const { config } = await load(withClients(`{id: a, name: A, ${kind}, redirectURIs: [${redirectUris.join(', ')}]}`));
    expect(config.clients[0]?.redirectUris).toEqual(redirectUris);
  });

  it('accepts what says nothing: an empty chain, a standalone lifetime', async () => {
    const client = '{id: a, name: A, secret: s, mfaChain: [], refreshTokenLifetime: standalone, ssoSharedWith: []}';
    expect((await load(withClients(client))).warnings).toEqual([]);
  });

  it('starts without a logo that is no URL, which Dex keeps but does not show, and warns', async () => {
    const { config, warnings } = await load(withClients('{id: a, name: A, secret: s, logoURL: theme/x.png}'));
    expect(config.clients[0]).not.toHaveProperty('logoUrl');
    expect(warnings).toMatchObject([{ path: 'staticClients[0].logoURL', line: 5 }]);
  });

  it('says that two have one id, although another is wrong too', async () => {
    const clients = ['{id: a, name: A, secret: s}', '{id: b}', '{id: a, name: B, secret: s}'];
    const problems = (await problemsOf(withClients(...clients))).join('\n');
    expect(problems).toContain('staticClients[1].name: is missing');
    expect(problems).toContain('staticClients[2].id: is the id of staticClients[0] too');
  });

  it.each([
    ['$NAME', 1],
    ['\x24{NAME}', 1],
    ['$NAME-and-more', 0],
    ['pa$word', 0],
    ['$', 0],
  ])('warns of the secret %s as often as %i times: variables are not replaced there', async (secret, times) => {
    const { warnings } = await load(withClients(`{id: a, name: A, secret: "${secret}"}`));
    expect(warnings.filter(({ path }) => path === 'staticClients[0].secret')).toHaveLength(times);
  });

  it('warns of references that lead nowhere', async () => {
    const { warnings } = await load(
      withClients('{id: a, name: A, secret: s, trustedPeers: [gone], allowedConnectors: [lost]}'),
    );
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'staticClients[0].trustedPeers names no client: gone.',
      'staticClients[0].allowedConnectors names no connector: lost.',
    ]);
  });

  const rules = '{username: {claim: sub, prefix: ""}}';
  it('reads the rules of a cluster, an empty prefix included', async () => {
    const { config, warnings } = await load(
      withClients(
        '{id: kubectl, name: K, public: true}',
        `{id: prod, name: P, secret: s, tokenReview: {audiences: [kubectl], apiAudiences: [api], claimMappings:
          {username: {claim: email, prefix: ""}, groups: {claim: groups, prefix: "oidc:"}, uid: {claim: sub}}}}`,
        `{id: test, name: T, secret: s, TokenReview: {ClaimMappings: ${rules}}}`,
      ),
    );
    expect(warnings).toEqual([]);
    expect(config.clients.map(({ tokenReview }) => tokenReview)).toEqual([
      undefined,
      {
        audiences: ['kubectl'],
        apiAudiences: ['api'],
        claimMappings: {
          username: { claim: 'email', prefix: '' },
          groups: { claim: 'groups', prefix: 'oidc:' },
          uid: { claim: 'sub' },
        },
      },
      { apiAudiences: [], claimMappings: { username: { claim: 'sub', prefix: '' } } },
    ]);
  });

  it.each([
    ['{}', 'claimMappings: is missing. Add it.'],
    ['{claimMappings: {}}', 'claimMappings.username: is missing. Add it.'],
    ['{claimMappings: {username: {claim: sub}}}', 'claimMappings.username.prefix: is missing. Add it.'],
    ['{claimMappings: {username: {prefix: ""}}}', 'claimMappings.username.claim: is missing. Add it, or expression.'],
    ['{claimMappings: {username: {claim: "", prefix: ""}}}', 'claimMappings.username.claim: is empty.'],
    [
      '{claimMappings: {username: {claim: sub, prefix: "system:"}}}',
      'claimMappings.username.prefix: begins with system:',
    ],
    [
      `{claimMappings: {username: {claim: sub, prefix: ""}, groups: {claim: groups}}}`,
      'claimMappings.groups.prefix: is missing. Add it.',
    ],
    [
      '{claimMappings: {username: {expression: claims.sub, prefix: ""}}}',
      'claimMappings.username.prefix: is set besides expression. Keep one of them.',
    ],
    [
      '{claimMappings: {username: {claim: sub, prefix: ""}, uid: {claim: a, expression: claims.sub}}}',
      'claimMappings.uid.claim: is set besides expression.',
    ],
    [
      '{claimMappings: {username: {expression: identity.sub}}}',
      'claimMappings.username.expression: is no valid expression',
    ],
    ['{claimMappings: {username: {expression: "1"}}}', 'claimMappings.username.expression: comes to int.'],
    ...['claims.email', 'claims["email"]', 'claims.?email.orValue("a")'].map((expression) => [
      `{claimMappings: {username: {expression: '${expression}'}}}`,
      'claimMappings.username.expression: names claims.email, but nothing names claims.email_verified. Add it here',
    ]),
    ['{claimMappings: {username: {claim: sub, prefix: ""}, name: a}}', 'claimMappings.name: is not a known key.'],
    ...[
      ['{key: a, valueExpression: claims.a}', '[0].key: is no path below a domain'],
      ['{key: Example.com/a, valueExpression: claims.a}', '[0].key: is no path below a domain'],
      ['{key: a..io/a, valueExpression: claims.a}', '[0].key: is no path below a domain'],
      ['{key: a-.io/a, valueExpression: claims.a}', '[0].key: is no path below a domain'],
      ['{key: a.io/a@b, valueExpression: claims.a}', '[0].key: is no path below a domain'],
      [`{key: ${'a'.repeat(254)}/a, valueExpression: claims.a}`, '[0].key: is no path below a domain'],
      ['{key: a.k8s.io/a, valueExpression: claims.a}', '[0].key: is below a domain of Kubernetes'],
      ['{key: kubernetes.io/a, valueExpression: claims.a}', '[0].key: is below a domain of Kubernetes'],
      ['{key: a.io/a, valueExpression: "1"}', '[0].valueExpression: comes to int.'],
      ['{key: a.io/a}', '[0].valueExpression: is missing.'],
      [
        '{key: a.io/a, valueExpression: claims.a}, {key: a.io/a, valueExpression: claims.b}',
        '[1].key: is there twice.',
      ],
    ].map(([list, problem]) => [
      `{claimMappings: {username: {claim: sub, prefix: ""}, extra: [${list}]}}`,
      `claimMappings.extra${problem}`,
    ]),
    ...[
      ['{}', '[0].claim: is missing. Add it, or expression.'],
      ['{claim: hd}', '[0].requiredValue: is missing. Add it.'],
      ['{claim: hd, expression: "true"}', '[0].claim: is set besides expression.'],
      ['{requiredValue: "", expression: "true"}', '[0].requiredValue: is set besides expression.'],
      ['{claim: hd, requiredValue: a}, {claim: hd, requiredValue: b}', '[1].claim: is there twice. Keep one of them.'],
      ['{expression: "true"}, {claim: a, requiredValue: b}, {expression: "true"}', '[2].expression: is there twice.'],
      ['{expression: claims.hd + "a"}', '[0].expression: comes to string. It must come to bool.'],
      ['{expression: user.username == "a"}', '[0].expression: is no valid expression'],
    ].map(([rule, problem]) => [
      `{claimMappings: ${rules}, claimValidationRules: [${rule}]}`,
      `claimValidationRules${problem}`,
    ]),
    [
      `{claimMappings: ${rules}, userValidationRules: [{expression: user.name == "a"}]}`,
      'userValidationRules[0].expression: is no valid expression',
    ],
    [
      `{claimMappings: ${rules}, userValidationRules: [{expression: "true", message: a}, {expression: "true"}]}`,
      'userValidationRules[1].expression: is there twice.',
    ],
    [`{audiences: [""], claimMappings: ${rules}}`, 'audiences[0]: is empty.'],
    [`{audiences: kubectl, claimMappings: ${rules}}`, 'audiences: must be a list'],
  ])('refuses the rules %s', async (block, problem) => {
    const problems = await problemsOf(withClients(`{id: a, name: A, secret: s, tokenReview: ${block}}`));
    expect(problems.join('\n')).toContain(`staticClients[0].tokenReview.${problem}`);
  });

  it('reads expressions of a cluster, with the rule of Kubernetes about addresses', async () => {
    const { config } = await load(
      withClients(`{id: prod, name: P, secret: s, tokenReview: {claimMappings: {
        username: {expression: 'claims.?email_verified.orValue(true) ? claims.email : claims.sub'},
        groups: {expression: 'claims.groups.map(g, "oidc:" + g)'}, uid: {expression: '"id-" + claims.sub'}}}}`),
    );
    const { username, groups, uid } = Object(config.clients[0]?.tokenReview?.claimMappings);
    const claims = { sub: 'u-1', email: 'a@b.example', groups: ['dev'] };
    expect(username.compute(claims)).toBe('a@b.example');
    expect(username.compute({ ...claims, email_verified: false })).toBe('u-1');
    expect(groups.compute(claims)).toEqual(['oidc:dev']);
    expect(uid.compute(claims)).toBe('id-u-1');
    expect(() => groups.compute({ sub: 'u-1' })).toThrow(
      'staticClients[0].tokenReview.claimMappings.groups.expression: No such key: groups, at character 8',
    );
  });

  it.each([
    '}, claimValidationRules: [{expression: claims.email_verified == true}]',
    ', extra: [{key: a.io/verified, valueExpression: "string(claims.email_verified)"}]}',
  ])('takes a question after a verified address in another expression, as Kubernetes does: %s', async (more) => {
    const review = `{claimMappings: {username: {expression: claims.email}${more}}`;
    const { config } = await load(withClients(`{id: a, name: A, secret: s, tokenReview: ${review}}`));
    expect(config.clients[0]?.tokenReview?.claimMappings.username).toMatchObject({ expression: 'claims.email' });
  });

  it('reads validation rules and attributes of a cluster as Kubernetes has them', async () => {
    const { config, warnings } = await load(
      withClients(`{id: prod, name: P, secret: s, tokenReview: {
        claimMappings: {username: {claim: sub, prefix: ""}, extra: [
          {key: example.com/team, valueExpression: 'claims.?team.orValue("")'},
          {key: example.com/roles, valueExpression: claims.roles}]},
        claimValidationRules: [{claim: hd, requiredValue: example.com},
          {expression: 'claims.?level.orValue(0) > 1.0', message: too low}],
        userValidationRules: [{expression: "user.groups.all(g, !g.startsWith('admin')) && user.uid != user.username"},
          {expression: "user.extra[?'example.com/team'].orValue([]) == ['red']"}]}}`),
    );
    expect(warnings).toEqual([]);
    const {
      claimMappings,
      claimValidationRules = [],
      userValidationRules = [],
    } = config.clients[0]?.tokenReview ?? Object();
    const attributes = (claims: object) => Object.values(claimMappings.extra).map((one) => Object(one).compute(claims));
    expect(Object.keys(claimMappings.extra)).toEqual(['example.com/team', 'example.com/roles']);
    expect(attributes({ team: 'red', roles: ['a', 'b'] })).toEqual([['red'], ['a', 'b']]);
    expect(attributes({ roles: null })).toEqual([[''], []]);
    expect(() => attributes({ roles: 7 })).toThrow('claimMappings.extra[1].valueExpression: comes to something else');

    const verdicts = (rules: readonly ReviewRule<never>[], subject: object) =>
      rules.map(({ admits }) => admits(subject as never)); // claims and users that are not whole
    expect(verdicts(claimValidationRules, { hd: 'example.com', level: 2 })).toEqual([true, true]);
    expect(verdicts(claimValidationRules, { hd: ['example.com'] })).toEqual([false, false]);
    expect(claimValidationRules[1]?.name).toBe('staticClients[0].tokenReview.claimValidationRules[1]');
    const user = { username: 'jane', uid: 'u-1', groups: ['dev'], extra: { 'example.com/team': ['red'] } };
    expect(verdicts(userValidationRules, user)).toEqual([true, true]);
    expect(verdicts(userValidationRules, { ...user, groups: ['dev', 'admins'], extra: {} })).toEqual([false, false]);
  });

  it('refuses the rules of a cluster at a public client, which is never answered', async () => {
    const problems = await problemsOf(
      withClients(`{id: a, name: A, public: true, tokenReview: {claimMappings: ${rules}}}`),
    );
    expect(problems.join('\n')).toContain('staticClients[0].tokenReview: is set at a public client');
  });

  it('warns of an audience of a cluster that no token can have', async () => {
    const { warnings } = await load(
      withClients(`{id: a, name: A, secret: s, tokenReview: {audiences: [a, kubctl], claimMappings: ${rules}}}`),
    );
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'staticClients[0].tokenReview.audiences names no client: kubctl.',
    ]);
  });

  it('prints no secret in a problem', async () => {
    const problems = await problemsOf(withClients('{id: a, name: A, secret: 12345, secretEnv: S}'));
    expect(problems.join()).toContain('secret');
    expect(problems.join()).not.toContain('12345');
  });
});
