import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireTool, toolPath } from './requirements.ts';
import { type Result, runCommand } from './run-command.ts';
import { type SlapdServer, startSlapd } from './slapd.ts';

const jane = 'cn=jane,ou=People,dc=example,dc=org';
const ldif = `dn: ${jane}
objectClass: inetOrgPerson
cn: jane
sn: Doe
uid: jane
mail: jane@example.org
userPassword: secret

dn: cn=dev,ou=Groups,dc=example,dc=org
objectClass: groupOfNames
cn: dev
member: ${jane}
`;

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)('slapd', () => {
  const stack = new AsyncDisposableStack();
  let slapd: SlapdServer;
  beforeAll(async () => {
    slapd = stack.use(await startSlapd({ ldif }));
  });
  afterAll(() => stack.disposeAsync());

  const bind = (args: readonly string[], password = 'secret'): Promise<Result> =>
    runCommand({
      command: toolPath('ldapwhoami'),
      args: ['-x', '-D', jane, '-w', password, ...args],
      env: { ...process.env, LDAPTLS_CACERT: slapd.caFile },
    });

  it.each(['ldap', 'StartTLS', 'ldaps'])('lets a person bind over %s', async (how) => {
    const args = { ldap: ['-H', slapd.url], StartTLS: ['-ZZ', '-H', slapd.url], ldaps: ['-H', slapd.tlsUrl] }[how];
    expect(await bind(args ?? [])).toMatchObject({ exitCode: 0, stdout: `dn:${jane}\n` });
  });

  it('refuses a wrong password', async () => {
    expect(await bind(['-H', slapd.tlsUrl], 'wrong')).toMatchObject({ exitCode: 49 });
  });

  it('knows the groups of a person', async () => {
    const { stdout } = await runCommand({
      command: toolPath('ldapsearch'),
      args: [
        ...['-LLL', '-x', '-H', slapd.url, '-D', slapd.adminDn, '-w', slapd.adminPassword],
        ...['-b', jane, 'memberOf'],
      ],
    });
    expect(stdout).toContain('memberOf: cn=dev,ou=Groups,dc=example,dc=org');
  });
});
