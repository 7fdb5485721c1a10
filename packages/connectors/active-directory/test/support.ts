/** A domain with people, groups, and accounts in every state. */
import { openForm, type PlayedForm } from '@ostiary/connector-sdk/testing';
import type { Fetch } from '@ostiary/primitives';
import { type SambaServer, startSamba } from '@ostiary/tooling-servers';
import { activeDirectory } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

export const password = 'Correct-horse-1';

const base = 'DC=ad,DC=example,DC=org';
const encoded = (text: string): string => Buffer.from(text).toString('base64');
/** Active Directory takes a new password in quotes and UTF-16, over an encrypted connection. */
const unicodePwd = (text: string): string => Buffer.from(`"${text}"`, 'utf16le').toString('base64');
/** A value in a DN (RFC 4514 section 2.4). */
const escaped = (value: string): string => value.replace(/[\\,+"<>;=#]/gu, (sign) => `\\${sign}`);

export const dnOf = (cn: string): string => `CN=${escaped(cn)},CN=Users,${base}`;

/** LDIF of a person; `lines` are further attributes. */
export const person = (
  login: string,
  { cn = login, lines = [] }: { cn?: string; lines?: readonly string[] } = {},
): string =>
  [
    `dn:: ${encoded(dnOf(cn))}`,
    'changetype: add',
    'objectClass: user',
    `sAMAccountName:: ${encoded(login)}`,
    `userPrincipalName:: ${encoded(`${login}@ad.example.org`)}`,
    `mail: mail@example.org`,
    `unicodePwd:: ${unicodePwd(password)}`,
    'userAccountControl: 512',
    ...lines,
  ].join('\n');

export const group = (name: string, members: readonly string[]): string =>
  [
    `dn:: ${encoded(dnOf(name))}`,
    'changetype: add',
    'objectClass: group',
    `sAMAccountName:: ${encoded(name)}`,
    'groupType: -2147483646',
    ...members.map((dn) => `member:: ${encoded(dn)}`),
  ].join('\n');

export const modify = (cn: string, ...lines: readonly string[]): string =>
  [`dn:: ${encoded(dnOf(cn))}`, 'changetype: modify', ...lines].join('\n');

/** Names with signs that mean something in a filter or a DN, and some that are not ASCII. */
export const awkward = ['Doe, John (ext) \\ *', 'Jörg Müller', '王芳'] as const;

const ldif = [
  person('jane', { cn: 'Jane Doe' }),
  person('joe'),
  ...awkward.map((cn, index) => person(`awkward${index}`, { cn })),
  group('dev', [dnOf('Jane Doe')]),
  group('engineering', [dnOf('dev')]),
  group('everyone (all)', [dnOf('engineering')]),
  group('others', [dnOf('joe')]),
].join('\n\n');

/** Starts the domain controller and fills it. */
export async function startDomain(): Promise<SambaServer> {
  const samba = await startSamba();
  await samba.change(ldif);
  return samba;
}

export const optionsFor = (samba: SambaServer, options: Options = {}): Options => ({
  domain: samba.domain,
  netbiosDomain: samba.netbiosDomain,
  host: samba.address,
  rootCA: samba.ca,
  bindDN: samba.adminDn,
  bindPW: samba.adminPassword,
  ...options,
});

export const noHttp: { readonly fetch: Fetch } = {
  fetch: async () => {
    throw new Error('LDAP does not use HTTP');
  },
};

/** The connector over the domain. */
export const opened = (samba: SambaServer, options: Options = {}): Promise<PlayedForm> =>
  openForm(activeDirectory, noHttp, { options: optionsFor(samba, options) });
