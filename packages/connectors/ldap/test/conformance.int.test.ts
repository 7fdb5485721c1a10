import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { requireTool, runCommand, toolPath } from '@ostiary/tooling-servers';
import { afterAll, describe } from 'vitest';
import { ldap } from '../src/index.ts';
import { configOf, dnOf, groupLdif, jane, startDirectory } from './support.ts';

const missing = requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl');

describe.skipIf(missing !== undefined)('ldap over OpenLDAP', async () => {
  if (missing !== undefined) return;
  const slapd = await startDirectory();
  afterAll(() => slapd[Symbol.asyncDispose]());
  const change = (ldif: string): Promise<unknown> =>
    runCommand({
      command: toolPath('ldapmodify'),
      args: ['-x', '-H', slapd.url, '-D', slapd.adminDn, '-w', slapd.adminPassword],
      input: ldif,
    });
  const modify = (uid: string, line: string): string => `dn: ${dnOf({ uid })}\nchangetype: modify\n${line}\n`;
  const pending: Promise<unknown>[] = [];
  let groups = 0;

  const upstream = async (): Promise<Upstream> => {
    await Promise.all(pending.splice(0));
    await change(modify('jane', 'replace: employeeNumber\nemployeeNumber: 7'));
    await change(modify('jane', 'replace: employeeType\nemployeeType: active'));
    return {
      fetch: async () => {
        throw new Error('LDAP does not use HTTP');
      },
      account: jane,
      becomeSomebodyElse: () => void pending.push(change(modify('jane', 'replace: employeeNumber\nemployeeNumber: 8'))),
      endLogin: () => void pending.push(change(modify('jane', 'replace: employeeType\nemployeeType: left'))),
      // LDAP says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
      setEmailVerified: () => undefined,
      setGroups(names) {
        const members = [dnOf({ uid: 'jane' })];
        groups += 1;
        const ldif = [...new Set(names)].map((name) => groupLdif(`${name} of ${groups}`, members)).join('\n\n');
        pending.push(slapd.add(ldif));
      },
    };
  };

  const config = await configOf(slapd, {
    userSearch: {
      baseDN: 'ou=People,dc=example,dc=org',
      filter: '(!(employeeType=left))',
      username: 'uid',
      idAttr: 'employeeNumber',
      emailAttr: 'mail',
      nameAttr: 'cn',
    },
  });
  const settled: ConformanceSubject = {
    open(context) {
      const connector = ldap.open(config, context);
      if (connector.via !== 'password' || connector.refresh?.kind !== 'upstream') throw new Error('another connector');
      const { login, refresh } = connector;
      const settle = async (): Promise<void> => void (await Promise.all(pending.splice(0)));
      // Changes of the directory are asked for without waiting; a question waits for them.
      return {
        ...connector,
        login: { ...login, check: async (ask) => settle().then(() => login.check(ask)) },
        refresh: { ...refresh, refresh: async (ask) => settle().then(() => refresh.refresh(ask)) },
      };
    },
    upstream,
    secrets: [slapd.adminPassword],
    offline: 'LDAP does not use the HTTP network that the kit plays; outages are tested in login.int.test.ts',
  };
  connectorConformance(settled, { ruleTimeout: 30_000 });
});
