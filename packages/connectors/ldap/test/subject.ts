import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { runCommand, type SlapdServer, toolPath } from '@ostiary/tooling-servers';
import type { LdapConfig } from '../src/config.ts';
import { ldap } from '../src/index.ts';
import { configOf, dnOf, groupLdif, jane, startDirectory } from './support.ts';

/** A connector with its provider, until it is disposed of. */
export interface StartedSubject extends AsyncDisposable {
  readonly subject: ConformanceSubject;
}

/** Changes of the directory are asked for without waiting; a question waits for them. */
class Changes {
  readonly #pending: Promise<unknown>[] = [];
  readonly #slapd: SlapdServer;
  #groups = 0;

  constructor(slapd: SlapdServer) {
    this.#slapd = slapd;
  }

  set(attribute: string, value: string): void {
    const { url, adminDn, adminPassword } = this.#slapd;
    const args = ['-x', '-H', url, '-D', adminDn, '-w', adminPassword];
    const input = `dn: ${dnOf({ uid: 'jane' })}\nchangetype: modify\nreplace: ${attribute}\n${attribute}: ${value}\n`;
    this.#pending.push(runCommand({ command: toolPath('ldapmodify'), args, input }));
  }

  addGroups(names: readonly string[]): void {
    this.#groups += 1;
    const members = [dnOf({ uid: 'jane' })];
    const ldif = [...new Set(names)].map((name) => groupLdif(`${name} of ${this.#groups}`, members)).join('\n\n');
    this.#pending.push(this.#slapd.add(ldif));
  }

  async settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
  }
}

async function upstreamOf(changes: Changes): Promise<Upstream> {
  await changes.settle();
  changes.set('employeeNumber', '7');
  await changes.settle();
  changes.set('employeeType', 'active');
  await changes.settle();
  return {
    fetch: async () => {
      throw new Error('LDAP does not use HTTP');
    },
    account: jane,
    becomeSomebodyElse: () => changes.set('employeeNumber', '8'),
    endLogin: () => changes.set('employeeType', 'left'),
    // LDAP says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups: (names) => changes.addGroups(names),
  };
}

/** Starts OpenLDAP, and the connector over it, for the conformance kit and whatever else drives any connector. */
export async function startSubject(): Promise<StartedSubject> {
  const slapd = await startDirectory();
  const changes = new Changes(slapd);
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
  const subject: ConformanceSubject = {
    open: (context) => settling(config, changes, context),
    upstream: () => upstreamOf(changes),
    secrets: [slapd.adminPassword],
    offline: 'LDAP does not use the HTTP network that the kit plays; outages are tested in login.int.test.ts',
  };
  return { subject, [Symbol.asyncDispose]: () => slapd[Symbol.asyncDispose]() };
}

function settling(
  config: LdapConfig,
  changes: Changes,
  context: Parameters<typeof ldap.open>[1],
): ReturnType<typeof ldap.open> {
  const connector = ldap.open(config, context);
  if (connector.via !== 'password' || connector.refresh?.kind !== 'upstream') throw new Error('another connector');
  const { login, refresh } = connector;
  return {
    ...connector,
    login: { ...login, check: async (ask) => changes.settle().then(() => login.check(ask)) },
    refresh: { ...refresh, refresh: async (ask) => changes.settle().then(() => refresh.refresh(ask)) },
  };
}
