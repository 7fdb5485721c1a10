import { readConfig } from '@ostiary/connector-sdk/config';
import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { activeDirectory } from '../src/index.ts';
import { dnOf, group, modify, optionsFor, password, person, startDomain } from './support.ts';

/** A connector with its provider, until it is disposed of. */
export interface StartedSubject extends AsyncDisposable {
  readonly subject: ConformanceSubject;
}

/** Starts Samba, and the connector over it, for the conformance kit and whatever else drives any connector. */
export async function startSubject(): Promise<StartedSubject> {
  const samba = await startDomain();
  const pending: Promise<unknown>[] = [];
  const settle = async (): Promise<void> => void (await Promise.all(pending.splice(0)));
  let people = 0;

  /** A person of its own for each rule, with the id in an attribute that the rule can change. */
  const upstream = async (): Promise<Upstream> => {
    await settle();
    people += 1;
    const login = `person${people}`;
    await samba.change(person(login, { lines: [`employeeID: ${login}`] }));
    return {
      fetch: async () => {
        throw new Error('LDAP does not use HTTP');
      },
      account: { username: login, password },
      becomeSomebodyElse: () =>
        void pending.push(samba.change(modify(login, 'replace: employeeID', `employeeID: other${people}`))),
      endLogin: () =>
        void pending.push(samba.change(modify(login, 'replace: userAccountControl', 'userAccountControl: 514'))),
      // Active Directory says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
      setEmailVerified: () => undefined,
      setGroups(names) {
        const unique = [...new Set(names)];
        pending.push(samba.change(unique.map((name) => group(`${name} of ${login}`, [dnOf(login)])).join('\n\n')));
      },
    };
  };

  const userFilter = '(objectClass=user)';
  const options = optionsFor(samba, { idAttr: 'employeeID', userFilter });
  const config = await readConfig(activeDirectory.config, options, { path: 'config' });
  const subject: ConformanceSubject = {
    open(context) {
      const connector = activeDirectory.open(config, context);
      if (connector.via !== 'password' || connector.refresh?.kind !== 'upstream') throw new Error('another connector');
      const { login, refresh } = connector;
      // Changes of the directory are asked for without waiting; a question waits for them.
      return {
        ...connector,
        login: { ...login, check: async (ask) => settle().then(() => login.check(ask)) },
        refresh: { ...refresh, refresh: async (ask) => settle().then(() => refresh.refresh(ask)) },
      };
    },
    upstream,
    secrets: [samba.adminPassword],
    offline: 'LDAP does not use the HTTP network that the kit plays; outages are tested in login.int.test.ts',
  };
  return { subject: subject, [Symbol.asyncDispose]: () => samba[Symbol.asyncDispose]() };
}
