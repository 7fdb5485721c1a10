/** A directory with people, groups, and names that mean something to LDAP. */
import { readConfig } from '@ostiary/connector-sdk/config';
import { openForm, type PlayedForm } from '@ostiary/connector-sdk/testing';
import type { Fetch } from '@ostiary/primitives';
import { type SlapdServer, startSlapd } from '@ostiary/tooling-servers';
import type { LdapConfig } from '../src/config.ts';
import { ldap } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

const people = 'ou=People,dc=example,dc=org';
const groups = 'ou=Groups,dc=example,dc=org';

/** LDIF takes text that is not plain ASCII, or begins with a sign of its own, as base64. */
const line = (name: string, value: string): string =>
  /^[\x21-\x39\x3b\x3d-\x7e][\x20-\x7e]*$/u.test(value) && !value.endsWith(' ')
    ? `${name}: ${value}`
    : `${name}:: ${Buffer.from(value).toString('base64')}`;

interface Person {
  readonly uid: string;
  readonly password?: string;
  readonly mail?: string;
  readonly rdn?: string;
}

/** A value in a DN (RFC 4514 section 2.4). */
const escaped = (value: string): string => value.replace(/[\\,+"<>;=#]/gu, (sign) => `\\${sign}`);

export const dnOf = ({ uid, rdn = uid }: Pick<Person, 'uid' | 'rdn'>): string => `uid=${escaped(rdn)},${people}`;

export const personLdif = (person: Person): string =>
  [
    line('dn', dnOf(person)),
    'objectClass: inetOrgPerson',
    line('uid', person.uid),
    line('cn', `${person.uid} Doe`),
    'sn: Doe',
    'employeeNumber: 7',
    line('mail', person.mail ?? `${person.uid.replace(/[^a-z]/giu, 'x')}@example.org`),
    line('userPassword', person.password ?? 'correct horse'),
  ].join('\n');

export const groupLdif = (name: string, members: readonly string[]): string =>
  [
    line('dn', `cn=${escaped(name)},${groups}`),
    'objectClass: groupOfNames',
    line('cn', name),
    ...members.map((dn) => line('member', dn)),
  ].join('\n');

export const groupDn = (name: string): string => `cn=${escaped(name)},${groups}`;

export const jane = { username: 'jane', password: 'correct horse' };

/** Names with every sign that means something in a filter or a DN, and some that are not ASCII. */
export const awkward: readonly string[] = [
  'jörg',
  'a*b',
  'a(b)c',
  'back\\slash',
  'Doe, John',
  '王芳',
  '#hash',
  'x=y+z',
];

const ldif = [
  personLdif({ uid: 'jane' }),
  personLdif({ uid: 'joe' }),
  ...awkward.map((uid) => personLdif({ uid, password: `pass ${uid} *()\\` })),
  personLdif({ uid: 'twin1', mail: 'twins@example.org' }),
  personLdif({ uid: 'twin2', mail: 'twins@example.org' }),
  groupLdif('ops', [dnOf({ uid: 'jane' })]),
  groupLdif('Doe, (and) \\ Söhne *', [dnOf({ uid: 'jane' })]),
  groupLdif('staff', [groupDn('ops'), dnOf({ uid: 'joe' })]),
  groupLdif('everybody', [groupDn('staff'), groupDn('ring')]),
  groupLdif('ring', [groupDn('everybody')]),
].join('\n\n');

/** Starts the directory. */
export const startDirectory = (): Promise<SlapdServer> => startSlapd({ ldif });

/** Options for a directory; those given win. */
function optionsFor(slapd: SlapdServer, options: Options = {}): Options {
  return {
    host: `127.0.0.1:${slapd.tlsPort}`,
    rootCA: slapd.ca,
    bindDN: slapd.adminDn,
    bindPW: slapd.adminPassword,
    userSearch: {
      baseDN: people,
      filter: '(objectClass=person)',
      username: 'uid',
      idAttr: 'uid',
      emailAttr: 'mail',
      nameAttr: 'cn',
    },
    groupSearch: {
      baseDN: groups,
      filter: '(objectClass=groupOfNames)',
      nameAttr: 'cn',
      userMatchers: [{ userAttr: 'DN', groupAttr: 'member' }],
    },
    ...options,
  };
}

export const configOf = (slapd: SlapdServer, options: Options = {}): Promise<LdapConfig> =>
  readConfig(ldap.config, optionsFor(slapd, options), { path: 'config' });

/** For what asks nothing over HTTP. */
export const noHttp: { readonly fetch: Fetch } = {
  fetch: async () => {
    throw new Error('LDAP does not use HTTP');
  },
};

/** The connector over a directory. */
export const opened = (slapd: SlapdServer, options: Options = {}): Promise<PlayedForm> =>
  openForm(ldap, noHttp, { options: optionsFor(slapd, options) });
