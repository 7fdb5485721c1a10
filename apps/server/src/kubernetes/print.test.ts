import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { load } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';
import { type AuthenticationConfigFlags, authenticationConfigFor } from './print.ts';

const kubectl = '{ id: kubectl, name: kubectl, public: true }';
/** A cluster that asks by these mappings, and rules. */
const asking = (mappings: string, rules = ''): string =>
  `{ id: prod, name: prod, secret: the-secret, trustedPeers: [kubectl], tokenReview: { claimMappings: ${mappings}${rules && `, ${rules}`} } }`;

interface Given {
  readonly clients?: readonly string[];
  readonly issuer?: string;
  readonly more?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** What is printed for a configuration with these clients. */
async function print(flags: Partial<AuthenticationConfigFlags>, given: Given = {}) {
  const { clients = [kubectl], issuer = 'https://login.example.com/dex', more = '', files = {} } = given;
  const { config } = await load(
    `issuer: ${issuer}\nstorage: {type: memory}\nweb: {http: ":5556"}\n` +
      `connectors: [{type: mockCallback, id: mock, name: Mock}]\nstaticClients: [${clients.join(', ')}]\n${more}`,
  );
  const readFile = async (path: string): Promise<string> => {
    const text = files[path];
    if (text !== undefined) return text;
    throw Object.assign(new Error(path), { code: 'ENOENT' });
  };
  return authenticationConfigFor(config, { client: 'kubectl', apiVersion: 'v1', ...flags }, readFile);
}

async function authenticator(flags: Partial<AuthenticationConfigFlags>, given?: Given) {
  const { text } = await print(flags, given);
  return parse(text).jwt[0];
}

describe('the file', () => {
  it('is the one of docs/kubernetes.md', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/kubernetes.md'), 'utf8');
    const [shown] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gmu)].filter(([, text = '']) =>
      text.includes('kind: AuthenticationConfiguration'),
    );
    expect((await print({})).text).toBe(shown?.[1]);
  });

  it('has the issuer byte for byte, and the version that was asked for', async () => {
    const { text } = await print({ apiVersion: 'v1beta1' }, { issuer: 'https://Login.example.com:443/dex/' });
    expect(parse(text)).toMatchObject({
      apiVersion: 'apiserver.config.k8s.io/v1beta1',
      jwt: [{ issuer: { url: 'https://Login.example.com:443/dex/', audiences: ['kubectl'] } }],
    });
  });

  it('has no rule about addresses where another claim is the name', async () => {
    const flags = { usernameClaim: 'sub', usernamePrefix: 'corp:', groupsPrefix: 'corp:' };
    const entry = await authenticator(flags);
    expect(entry.claimMappings).toEqual({
      username: { claim: 'sub', prefix: 'corp:' },
      groups: { claim: 'groups', prefix: 'corp:' },
      uid: { claim: 'sub' },
    });
    expect(entry).not.toHaveProperty('claimValidationRules');
    expect(entry.userValidationRules).toHaveLength(2);
  });

  it('has ids that YAML takes for something else as texts', async () => {
    const { text } = await print({ client: 'on' }, { clients: ['{ id: "on", name: x, public: true }'] });
    expect(text).toContain('- "on"\n');
  });

  it('has the mappings of tokenReview, and the expressions as they were written', async () => {
    const username = String.raw`claims.sub == "a\\b" ? 'x' : claims.?email_verified.orValue(true) ? claims.email : ''`;
    const mappings = JSON.stringify({ username: { expression: username }, uid: { expression: "'id:' + claims.sub" } });
    const { claimMappings, claimValidationRules } = await authenticator(
      { client: 'prod' },
      { clients: [kubectl, asking(mappings)] },
    );
    expect(claimMappings).toEqual({ username: { expression: username }, uid: { expression: "'id:' + claims.sub" } });
    // An expression has to ask by itself.
    expect(claimValidationRules).toBeUndefined();
  });

  it('asks whether the address is verified where tokenReview has the address as the name', async () => {
    const mappings = '{ username: { claim: email, prefix: "" }, groups: { claim: groups, prefix: "x:" } }';
    const entry = await authenticator({ client: 'prod' }, { clients: [kubectl, asking(mappings)] });
    expect(entry.claimMappings).toMatchObject({ groups: { claim: 'groups', prefix: 'x:' }, uid: { claim: 'sub' } });
    expect(entry.claimValidationRules).toMatchObject([{ expression: 'claims.email_verified == true' }]);
  });

  it('has the rules and attributes of tokenReview besides its own', async () => {
    const review = asking(
      '{ username: { claim: email, prefix: "" }, extra: [{ key: example.com/team, valueExpression: claims.team }] }',
      `claimValidationRules: [{ claim: hd, requiredValue: example.com }, { expression: "claims.a == 'b'", message: not you }],
      userValidationRules: [{ expression: "user.username != 'x'" }]`,
    );
    const entry = await authenticator({ client: 'prod' }, { clients: [kubectl, review] });
    expect(entry.claimMappings.extra).toEqual([{ key: 'example.com/team', valueExpression: 'claims.team' }]);
    expect(entry.claimValidationRules).toEqual([
      { expression: 'claims.email_verified == true', message: 'the address is not verified' },
      { claim: 'hd', requiredValue: 'example.com' },
      { expression: "claims.a == 'b'", message: 'not you' },
    ]);
    expect(entry.userValidationRules.slice(2)).toEqual([{ expression: "user.username != 'x'" }]);
  });

  it('has no rule twice, which no API server takes', async () => {
    const review = asking(
      '{ username: { claim: email, prefix: "" } }',
      `claimValidationRules: [{ expression: claims.email_verified == true, message: mine }],
      userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: mine }]`,
    );
    const entry = await authenticator({ client: 'prod' }, { clients: [kubectl, review] });
    expect(entry.claimValidationRules).toEqual([{ expression: 'claims.email_verified == true', message: 'mine' }]);
    expect(entry.userValidationRules).toEqual([
      {
        expression: "user.groups.all(group, !group.startsWith('system:'))",
        message: 'a group is one of Kubernetes itself',
      },
      { expression: "!user.username.startsWith('system:')", message: 'mine' },
    ]);
  });

  it('has the certificates of a file, and nothing else that is in it', async () => {
    const { certificate, key } = await selfSigned();
    const bundle = `# our authority\n${certificate}\n${key}\n${certificate}\n`;
    const flags = { certificateAuthority: 'ca.pem' };
    const { text } = await print(flags, { files: { 'ca.pem': bundle } });
    const pem = `${certificate.trim()}\n`;
    expect(parse(text).jwt[0].issuer.certificateAuthority).toBe(pem + pem);
    expect(text).not.toContain('PRIVATE');
    expect(text).not.toContain('our authority');
  });

  it.each([
    [{}, /^--certificate-authority: is neither PEM, nor base64 of PEM, nor a file that can be read/u],
    [{ 'ca.pem': 'x' }, /^--certificate-authority: the file is not in PEM format/u],
    [{ 'ca.pem': '-----BEGIN PUBLIC KEY-----' }, /^--certificate-authority: holds no certificate/u],
  ])('is not made without the authority that it should have: %j', async (files, message) => {
    await expect(print({ certificateAuthority: 'ca.pem' }, { files })).rejects.toThrow(message);
  });
});

describe('what no cluster could use', () => {
  const review = '{ username: { claim: sub, prefix: "" } }';
  it.each<[string, Partial<AuthenticationConfigFlags>, Given, string]>([
    ['a client that is not there', { client: 'x' }, {}, '--client: there is no client "x" in the configuration.'],
    [
      'an issuer without TLS',
      {},
      { issuer: 'http://login.example.com' },
      'issuer: http://login.example.com is not https',
    ],
    [
      'a client whose tokens are signed with EdDSA',
      {},
      { clients: ['{ id: kubectl, name: x, public: true, signingAlgorithm: EdDSA }'] },
      'staticClients[0].signingAlgorithm: is EdDSA, which no API server accepts. Set it to RS256 or ES256.',
    ],
    [
      'a client that is no audience of its own cluster',
      { client: 'prod' },
      { clients: [kubectl, asking(review).replace('tokenReview: {', 'tokenReview: { audiences: [kubectl],')] },
      'staticClients[1].tokenReview.audiences: does not name prod: its tokens are for kubectl, and an API server that verifies them itself asks none of its rules. Name --client kubectl.',
    ],
    [
      'a mapping besides the one of the file',
      { client: 'prod', groupsPrefix: 'x:' },
      { clients: [kubectl, asking(review)] },
      '--groups-prefix: prod has claimMappings in tokenReview, which count here too. Leave it out.',
    ],
    ['a name of Kubernetes', { usernamePrefix: 'system:' }, {}, '--username-prefix: begins with system:'],
    ['a group of Kubernetes', { groupsPrefix: 'system:x' }, {}, '--groups-prefix: begins with system:'],
    ['no claim', { usernameClaim: '' }, {}, '--username-claim: is empty'],
    [
      'an expression that Kubernetes does not take',
      { client: 'prod' },
      {
        clients: [
          kubectl,
          asking(`{ username: { claim: sub, prefix: "" }, groups: { expression: "claims.groups.map(g, 'x' + g)" } }`),
        ],
      },
      'staticClients[1].tokenReview.claimMappings.groups.expression: has map on a claim',
    ],
    [
      'an attribute that Kubernetes does not take',
      { client: 'prod' },
      {
        clients: [
          kubectl,
          asking(
            '{ username: { claim: sub, prefix: "" }, extra: [{ key: a.io/b, valueExpression: "claims.b.map(g, g)" }] }',
          ),
        ],
      },
      'staticClients[1].tokenReview.claimMappings.extra[0].valueExpression: has map on a claim',
    ],
    [
      'a rule that Kubernetes does not take',
      { client: 'prod' },
      {
        clients: [kubectl, asking(review, 'claimValidationRules: [{ expression: "claims.b.exists(g, g == 1)" }]')],
      },
      'staticClients[1].tokenReview.claimValidationRules[0].expression: has exists on a claim',
    ],
    [
      'a rule about users that Kubernetes does not take',
      { client: 'prod' },
      {
        clients: [
          kubectl,
          asking(review, `userValidationRules: [{ expression: "cel.bind(n, user.username, n != 'x')" }]`),
        ],
      },
      'staticClients[1].tokenReview.userValidationRules[0].expression: has cel.bind',
    ],
  ])('is %s, which is told', async (_what, flags, given, message) => {
    const outcome = await print(flags, given).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'config/invalid', message: expect.stringContaining(message) });
  });

  it('is told of others who ask for tokens for the cluster', async () => {
    const peer = '{ id: kubectl, name: x, public: true, signingAlgorithm: EdDSA }';
    const mappings = '{ username: { claim: sub, prefix: "" } }';
    const review = asking(mappings).replace('tokenReview: {', 'tokenReview: { audiences: [prod, kubectl],');
    const { warnings } = await print({ client: 'prod' }, { clients: [peer, review] });
    expect(warnings).toEqual([
      {
        path: 'staticClients[1].trustedPeers',
        message: expect.stringContaining('kubectl asks for are signed with EdDSA'),
      },
      {
        path: 'staticClients[1].tokenReview.audiences',
        message: expect.stringMatching(/^tokens for kubectl alone are left out: .* audience:server:client_id:prod\.$/u),
      },
    ]);
  });
});

describe('flags', () => {
  const flags = { flags: true } as const;

  it('say what the file says', async () => {
    expect((await print(flags)).text).toBe(
      `--oidc-issuer-url=https://login.example.com/dex
--oidc-client-id=kubectl
--oidc-username-claim=email
--oidc-groups-claim=groups
--oidc-groups-prefix=oidc:
`,
    );
  });

  it('name the file of the authority, once it was found to be one', async () => {
    const { certificate } = await selfSigned();
    const named = { ...flags, certificateAuthority: '/etc/ca.pem' };
    const { text } = await print(named, { files: { '/etc/ca.pem': certificate } });
    expect(text).toContain('--oidc-ca-file=/etc/ca.pem\n');
    await expect(print(named)).rejects.toThrow('--certificate-authority');
  });

  it.each([
    [{ usernameClaim: 'sub' }, ['username-prefix=-', 'groups-prefix=oidc:']],
    [{ usernameClaim: 'sub', usernamePrefix: 'x:' }, ['username-prefix=x:', 'groups-prefix=oidc:']],
    [{ usernamePrefix: 'x:' }, ['username-prefix=x:', 'groups-prefix=oidc:']],
    [{ groupsPrefix: '' }, []],
  ])('put nothing before names but what %j says', async (more, prefixes) => {
    const { text } = await print({ ...flags, ...more });
    expect(text.match(/[a-z]+-prefix=.*/gu) ?? []).toEqual(prefixes);
  });

  it('name the algorithms where they are not what an API server expects', async () => {
    const clients = [
      '{ id: kubectl, name: x, public: true, trustedPeers: [a, b] }',
      '{ id: a, name: a, public: true, signingAlgorithm: ES256 }',
      '{ id: b, name: b, public: true, signingAlgorithm: EdDSA }',
    ];
    expect((await print(flags, { clients })).text).toContain('--oidc-signing-algs=RS256,ES256\n');
  });

  it('name claims that are required', async () => {
    const review = asking(
      '{ username: { claim: email, prefix: "" } }',
      'claimValidationRules: [{ claim: hd, requiredValue: a.example }, { claim: b, requiredValue: "" }]',
    );
    const { text } = await print({ ...flags, client: 'prod' }, { clients: [kubectl, review] });
    expect(text).toContain('--oidc-required-claim=hd=a.example\n--oidc-required-claim=b=\n');
  });

  it('have no groups where tokenReview has none', async () => {
    const { text } = await print(
      { ...flags, client: 'prod' },
      { clients: [kubectl, asking('{ username: { claim: email, prefix: "" } }')] },
    );
    expect(text).not.toContain('groups');
  });

  it.each([
    ['{ username: { expression: claims.sub } }', 'an expression for username'],
    ['{ username: { claim: sub, prefix: "" }, groups: { expression: "[claims.sub]" } }', 'an expression for groups'],
    ['{ username: { claim: sub, prefix: "" }, uid: { claim: email } }', 'uid'],
    ['{ username: { claim: sub, prefix: "-" } }', 'a username prefix of "-"'],
    ['{ username: { claim: sub, prefix: "" }, extra: [{ key: a.io/b, valueExpression: claims.b }] }', 'extra'],
    [undefined, 'userValidationRules', 'userValidationRules: [{ expression: "true" }]'],
    [undefined, 'an expression in claimValidationRules', 'claimValidationRules: [{ expression: "true" }]'],
    [undefined, 'a required claim with a comma or "="', 'claimValidationRules: [{ claim: a, requiredValue: "b,c=d" }]'],
  ])('cannot say %s: %s', async (mappings = '{ username: { claim: sub, prefix: "" } }', what, rules = '') => {
    const told = print({ ...flags, client: 'prod' }, { clients: [kubectl, asking(mappings, rules)] });
    await expect(told).rejects.toThrow(`--flags: there is no flag for ${what}. Leave --flags out`);
  });
});
