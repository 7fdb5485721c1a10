/** An OpenShift cluster in memory: API server, OAuth server, users. */
import { type FakeOAuth, fakeOAuth } from '@ostiary/connector-sdk/testing';

/** What the cluster knows, for a test to change. */
export interface OpenShiftWorld {
  name: string;
  fullName: string;
  uid: string | undefined;
  groups: readonly string[] | null;
  /** The discovery document, or what stands in for it. */
  metadata: unknown;
}

export interface FakeOpenShift extends FakeOAuth {
  readonly world: OpenShiftWorld;
}

const issuer = 'https://api.cluster.example:6443';
const oauthServer = 'https://oauth.apps.cluster.example';

/** A User of `user.openshift.io/v1`; a test compares it with OpenShift's own types, which are Go. */
interface User {
  readonly kind: 'User';
  readonly apiVersion: 'user.openshift.io/v1';
  readonly metadata: {
    readonly name: string;
    readonly uid: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly fullName: string;
  readonly identities: readonly string[];
  readonly groups: readonly string[] | null;
}

/** RFC 8414 section 2. */
interface ServerMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly scopes_supported: readonly string[];
}

export const userOf = ({ name, fullName, uid, groups }: OpenShiftWorld): User => ({
  kind: 'User',
  apiVersion: 'user.openshift.io/v1',
  metadata: { name, uid, labels: { team: 'ops' } },
  fullName,
  identities: ['ldap:jane'],
  groups,
});

const metadata: ServerMetadata = {
  issuer: oauthServer,
  authorization_endpoint: `${oauthServer}/oauth/authorize`,
  token_endpoint: `${oauthServer}/oauth/token`,
  scopes_supported: ['user:full', 'user:info'],
};

export function fakeOpenShift(): FakeOpenShift {
  const world: OpenShiftWorld = {
    name: 'jane',
    fullName: 'Jane Doe',
    uid: '0b1c2d3e-1111-2222-3333-444455556666',
    groups: ['ops', 'developers'],
    metadata,
  };
  const oauth = fakeOAuth({
    authorizationEndpoint: `${oauthServer}/oauth/authorize`,
    tokenEndpoint: `${oauthServer}/oauth/token`,
    expiresInSeconds: 86_400,
    open: ({ url }) =>
      url === `${issuer}/.well-known/oauth-authorization-server` ? Response.json(world.metadata) : undefined,
    api({ url }) {
      if (url !== `${issuer}/apis/user.openshift.io/v1/users/~`) return undefined;
      return Response.json(userOf(world));
    },
  });
  return Object.assign(oauth, { world });
}
