/** What `ostiary kubernetes authentication-config` prints, unchanged at the genuine authenticator of Kubernetes. */
import {
  buildKubernetes,
  type CertificateAuthority,
  createAuthority,
  type KubernetesServer,
  openKubectl,
  requireKubectl,
  requireTool,
  startKubernetes,
  startTokenIssuer,
  type TokenIssuer,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileOptions } from '../src/kubernetes/authentication-config.ts';
import { type AuthenticationConfigFlags, authenticationConfigFor } from '../src/kubernetes/print.ts';
import { load } from './load-config.ts';

const lacking = requireTool('go', 'openssl') ?? (await requireKubectl());

const clients = `staticClients:
  - { id: "on", name: A client whose id is a boolean in YAML 1.1, public: true }
  - id: prod
    name: prod
    secret: the-secret
    tokenReview:
      claimMappings:
        username:
          expression: |
            claims.?email_verified.orValue(false) ? claims.email.lowerAscii()
              : claims.preferred_username.startsWith('root') ? 'system:admin' : claims.preferred_username
        groups: { expression: "dyn(claims.?groups.orValue([])).map(group, group == 'masters' ? 'system:masters' : 'p:' + group)" }
        uid: { expression: "'id:' + claims.sub" }
        extra:
          - { key: example.com/team, valueExpression: "claims.?team.orValue('')" }
          - { key: example.com/roles, valueExpression: "claims.?roles.orValue([])" }
          - { key: example.com/pager, valueExpression: "claims.?phone.orValue('').replace(' ', '').find('[0-9]+')" }
      claimValidationRules:
        - { claim: hd, requiredValue: example.com }
        - { expression: "claims.?level.orValue(2) > 1", message: too low }
      userValidationRules:
        - { expression: "!sets.intersects(user.groups, ['p:contractors', 'p:guests'])", message: not for contractors }
        - { expression: "!user.username.startsWith('system:')", message: as the documentation of Kubernetes has it }
        - { expression: "user.extra[?'example.com/team'].orValue(['none']).size() == 1" }`;

const jane = { email: 'Jane@Example.com', email_verified: true, groups: ['dev', 'ops'] };

describe.skipIf(lacking !== undefined)('the file for an API server', () => {
  const stack = new AsyncDisposableStack();
  let authority: CertificateAuthority;
  let issuer: TokenIssuer;

  beforeAll(async () => {
    await buildKubernetes();
    authority = stack.use(await createAuthority());
    issuer = stack.use(await startTokenIssuer(authority));
  }, 900_000);
  afterAll(() => stack.disposeAsync());

  async function clusterFor(flags: Omit<AuthenticationConfigFlags, 'apiVersion'>, apiVersion: FileOptions['version']) {
    const rest = 'storage: {type: memory}\nweb: {http: "127.0.0.1:5556"}';
    const connectors = 'connectors: [{type: mockCallback, id: mock, name: Mock}]';
    const { config } = await load([`issuer: ${issuer.url}`, rest, connectors, clients].join('\n'));
    const all = { ...flags, apiVersion, certificateAuthority: '/ca.pem' };
    const { text, warnings } = await authenticationConfigFor(config, all, async () => authority.ca);
    expect(warnings).toEqual([]);
    const cluster = await startKubernetes({ jwt: text, tokenCacheSeconds: 0 });
    await cluster.untilInitialized();
    return cluster;
  }

  /** `undefined` for somebody who is not let in. */
  async function whoIs(cluster: KubernetesServer, claims: Readonly<Record<string, unknown>>): Promise<unknown> {
    await using kubectl = await openKubectl();
    await kubectl.writeKubeconfig(cluster, { token: await issuer.token(claims) });
    const { stdout, stderr } = await kubectl.run(['auth', 'whoami', '--output=json']);
    if (stderr.includes('You must be logged in to the server')) return undefined;
    expect(stderr).toBe('');
    const { username, uid, groups, extra } = JSON.parse(stdout).status.userInfo;
    const { 'authentication.kubernetes.io/credential-id': _jti, ...attributes } = extra ?? {};
    return { username, uid, groups, ...(Object.keys(attributes).length === 0 ? {} : { extra: attributes }) };
  }

  it.each(['v1', 'v1beta1'] as const)('lets people in by the defaults, as %s', async (version) => {
    await using cluster = await clusterFor({ client: 'on' }, version);
    const groups = ['oidc:dev', 'oidc:ops', 'system:authenticated'];
    expect(await whoIs(cluster, { aud: 'on', ...jane })).toEqual({ username: 'Jane@Example.com', uid: 'jane', groups });
    expect(await whoIs(cluster, { aud: ['prod', 'on'], ...jane, groups: undefined })).toMatchObject({
      groups: ['system:authenticated'],
    });
    expect(await whoIs(cluster, { aud: 'prod', ...jane })).toBeUndefined();
    expect(await whoIs(cluster, { aud: 'on', ...jane, email_verified: false })).toBeUndefined();
    expect(await whoIs(cluster, { aud: 'on', ...jane, email_verified: undefined })).toBeUndefined();
    // A prefix makes it another group than that of Kubernetes.
    expect(await whoIs(cluster, { aud: 'on', ...jane, groups: ['system:masters'] })).toMatchObject({
      groups: ['oidc:system:masters', 'system:authenticated'],
    });
    expect(await whoIs(cluster, { aud: 'on', ...jane, email: 'system:admin' })).toBeUndefined();
    await expect.poll(() => cluster.log()).toContain('the name is one of Kubernetes itself');
  });

  it('lets people in by the options, but none with a name or a group of Kubernetes itself', async () => {
    const flags = { client: 'on', usernameClaim: 'preferred_username', usernamePrefix: '', groupsPrefix: '' };
    await using cluster = await clusterFor(flags, 'v1');
    const named = { aud: 'on', preferred_username: 'jane', groups: ['dev'] };
    expect(await whoIs(cluster, named)).toEqual({
      username: 'jane',
      uid: 'jane',
      groups: ['dev', 'system:authenticated'],
    });
    expect(await whoIs(cluster, { ...named, preferred_username: 'system:admin' })).toBeUndefined();
    expect(await whoIs(cluster, { ...named, groups: ['dev', 'system:masters'] })).toBeUndefined();
    await expect.poll(() => cluster.log()).toContain('a group is one of Kubernetes itself');
  });

  it('lets people in by the expressions of tokenReview', async () => {
    await using cluster = await clusterFor({ client: 'prod' }, 'v1');
    const token = { aud: 'prod', hd: 'example.com', ...jane };
    expect(await whoIs(cluster, token)).toEqual({
      username: 'jane@example.com',
      uid: 'id:jane',
      groups: ['p:dev', 'p:ops', 'system:authenticated'],
    });
    const unverified = { ...token, email_verified: false };
    expect(await whoIs(cluster, { ...unverified, preferred_username: 'jane' })).toMatchObject({ username: 'jane' });
    expect(await whoIs(cluster, { ...unverified, preferred_username: 'root' })).toBeUndefined();
    expect(await whoIs(cluster, { ...token, groups: ['masters'] })).toBeUndefined();
    expect(await whoIs(cluster, { ...token, aud: 'on' })).toBeUndefined();
    expect(await whoIs(cluster, { ...token, team: 'red', roles: ['a', 'b', ''], phone: '+43 1 2' })).toMatchObject({
      extra: { 'example.com/team': ['red'], 'example.com/roles': ['a', 'b'], 'example.com/pager': ['4312'] },
    });
    for (const refused of [{ hd: 'example.org' }, { hd: undefined }, { level: 1 }, { groups: ['contractors'] }]) {
      expect(await whoIs(cluster, { ...token, ...refused })).toBeUndefined();
    }
    await expect.poll(() => cluster.log()).toContain('not for contractors');
  });
});
