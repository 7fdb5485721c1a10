/** A person whose name, password and groups are in a real OpenLDAP, from the form in Chromium to `kubectl auth whoami`. */
import {
  createAuthority,
  openKubectl,
  requireKubectl,
  requireTool,
  type SlapdServer,
  startSlapd,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { type LoginScene, loginByBrowser, openScene, whoAmI } from './support/kubectl.ts';
import { signInWithPassword } from './support/people.ts';
import { openTerminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium', 'slapd', 'ldapadd', 'ldapwhoami') ?? (await requireKubectl());

const jane = 'uid=jane,ou=People,dc=example,dc=org';
const group = (name: string, member: string): string =>
  `dn: cn=${name},ou=Groups,dc=example,dc=org\nobjectClass: groupOfNames\ncn: ${name}\nmember: ${member}\n`;
const ldif = [
  `dn: ${jane}\nobjectClass: inetOrgPerson\nuid: jane\ncn: Jane Doe\nsn: Doe\nuserPassword: correct horse\n`,
  group('dev', jane),
  group('engineering', 'cn=dev,ou=Groups,dc=example,dc=org'),
].join('\n');

describe.skipIf(lacking !== undefined)('kubectl login with LDAP', () => {
  const stack = new AsyncDisposableStack();
  let scene: Omit<LoginScene, 'terminal'>;
  let slapd: SlapdServer;
  let caFile: string;

  beforeAll(async () => {
    const authority = stack.use(await createAuthority());
    caFile = authority.caFile;
    slapd = stack.use(await startSlapd({ ldif }));
    const issuer = stack.use(await startIssuer({ authority, config: () => configuration(slapd) }));
    scene = await openScene(stack, { issuer, authority });
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('refuses a wrong password at the form, then brings name and nested groups into the cluster', async () => {
    await using terminal = await openTerminal(caFile);
    await using kubectl = await openKubectl();
    await loginByBrowser({ ...scene, terminal }, async (page) => {
      await signInWithPassword(page, 'jane', 'wrong');
      await page.getByText('Username or password is wrong.').waitFor();
      await signInWithPassword(page, 'jane', 'correct horse');
    });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name: expect.any(String), groups: ['dev', 'engineering'] });
  });
});

function configuration({ tlsPort, caFile, adminDn, adminPassword }: SlapdServer): string {
  return `
oauth2: { skipApprovalScreen: true }
staticClients:
  - { id: kubectl, name: kubectl, public: true }
connectors:
  - type: ldap
    id: directory
    name: Directory
    config:
      host: 127.0.0.1:${tlsPort}
      rootCA: ${caFile}
      bindDN: ${adminDn}
      bindPW: ${adminPassword}
      userSearch: { baseDN: "ou=People,dc=example,dc=org", username: uid, idAttr: entryUUID, nameAttr: cn }
      groupSearch:
        baseDN: ou=Groups,dc=example,dc=org
        nameAttr: cn
        userMatchers: [{ userAttr: DN, groupAttr: member, recursionGroupAttr: member }]
`;
}
