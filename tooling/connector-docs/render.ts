/** What is written about connectors that their packages know best. */
import type { Connector } from '@ostiary/connector-sdk';
import { configKeys } from '@ostiary/connector-sdk/config';
import { type AnyDefinition, type ConnectorPackage, maxAgeKey, openExample } from './definitions.ts';

const start = (type: string): string => `<!-- keys of ${type}: written by pnpm docs:connectors -->`;
const end = '<!-- end of keys -->';

/** The README with its tables of keys as the schemas have them. */
export function renderReadme({ readme, definitions }: Pick<ConnectorPackage, 'readme' | 'definitions'>): string {
  return definitions.reduce((text, definition) => {
    const from = text.indexOf(start(definition.type));
    if (from < 0) return text;
    const to = text.indexOf(end, from);
    if (to < 0) throw new Error(`"${end}" is missing after "${start(definition.type)}"`);
    return `${text.slice(0, from)}${start(definition.type)}\n\n${keyTable(definition)}\n\n${text.slice(to)}`;
  }, readme);
}

function keyTable({ config }: AnyDefinition): string {
  const keys = configKeys(config);
  if (keys.length === 0) return 'It has no keys.';
  const rows = keys.map(
    ({ path, required, description = '' }) => `| \`${path}\` | ${required ? 'yes' : 'no'} | ${description} |`,
  );
  return ['| key | needed | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

const intro = `# Connectors

Written by \`pnpm docs:connectors\` from the packages; do not edit.

Every connector is a package of its own, keeps the same [contract](../packages/connector-sdk/README.md) and passes the
same conformance kit. The options are those of Dex; what differs stands in the README of each package.

- **refresh**: \`asks\` means that the provider is asked again at every refresh, so that a disabled account or a removed
  group counts at once. Only what follows a refresh within \`expiry.refreshTokens.reuseInterval\`, 30 seconds, gets its
  answer again. \`reuses\` means that it cannot be asked: the login is used for the stated time, which is the
  default where an option is named, then the person logs in anew.
- **claims**: what the provider says besides, for [rules](rules.md#names-of-a-connectors-people) of the operator.
- **exchange**: \`/token\` gives a token of Ostiary for one of the provider ([how a job uses it](kubernetes.md#a-job-without-a-person)).
- **logout**: who [logs out](relying-parties.md#log-people-out) is logged out at the provider, too. The provider has to know
  the address \`<issuer>/logout/callback\`.
- **tested against**: a stand-in follows the published description of the vendor, for no vendor can be reached from our
  tests. Type-checked means that it answers no field which the named package lacks. \`no types\`: there the fields are
  taken from the vendor's pages. By hand: tried once with the genuine program, which no test starts.
`;

/** `docs/connectors.md`: what each connector can do. */
export async function renderOverview(packages: readonly ConnectorPackage[]): Promise<string> {
  const rows = await Promise.all(packages.flatMap((one) => one.definitions.map((definition) => row(one, definition))));
  const head =
    'type | provider | login | refresh | groups | `preferred_username` | verified address | claims | exchange | logout';
  return `${intro}
| ${head} | tested against |
| ${'--- | '.repeat(11).trim()}
${rows.join('\n')}
`;
}

async function row(one: ConnectorPackage, definition: AnyDefinition): Promise<string> {
  const { about, type } = definition;
  if (about === undefined) throw new Error(`the definition of ${type} says nothing about itself: add "about"`);
  const connector = await openExample(one, definition);
  const cells = [
    `[\`${type}\`](../packages/connectors/${one.folder}/README.md)`,
    about.provider,
    loginOf(connector),
    refreshOf(connector, definition),
    about.groups,
    about.preferredUsername,
    about.emailVerified,
    about.claims ?? 'none',
    connector.exchange === undefined ? 'no' : 'yes',
    connector.logout === undefined ? 'no' : 'yes',
    about.testedAgainst,
  ];
  return `| ${cells.join(' | ')} |`;
}

const loginOf = ({ via }: Connector): string => (via === 'password' ? 'password form' : 'redirect');

function refreshOf({ refresh }: Connector, { config }: AnyDefinition): string {
  if (refresh === undefined) return 'none';
  if (refresh.kind === 'upstream') return 'asks';
  const hours = `${Math.round(refresh.maxAgeSeconds / 3600)} h`;
  return configKeys(config).some(({ path }) => path === maxAgeKey)
    ? `reuses, ${hours} or \`${maxAgeKey}\``
    : `reuses, ${hours}`;
}
