/** The page of the documentation about what connectors cost. */
import { written } from '../report/markdown.ts';
import type { Costs } from './drive.ts';
import type { Cost } from './meter.ts';

/** One connector, measured. */
export interface Measured {
  readonly connector: string;
  /** Whether the provider has groups at all. */
  readonly hasGroups: boolean;
  readonly costs: readonly Costs[];
}

/** How and where it was measured. */
export interface PageHead {
  readonly machine: string;
  readonly latencyMs: number;
  readonly samples: number;
}

/** The connectors by how they ask. */
export interface AllMeasured {
  readonly overHttp: readonly Measured[];
  readonly overLdap: readonly Measured[];
}

/** The whole page. */
export function connectorsPage({ overHttp, overLdap }: AllMeasured, { machine, latencyMs, samples }: PageHead): string {
  return `# What connectors ask their providers

Written by \`pnpm bench:connectors\`; do not edit. Machine: ${machine}.

Each connector over the provider that its conformance tests play, where every answer takes ${latencyMs} ms. A cell has the
requests, the rounds (requests that had to wait for another one, in a row), and the milliseconds: medians of ${samples}. The
first login after a start fetches keys and metadata besides.

Requests and rounds do not depend on the machine. What is above rounds × ${latencyMs} ms is computing, of the played provider too.

${table(overHttp)}

The browser's own ways to the provider and back are not counted. \`local\` and \`mock\` ask nobody.

## LDAP

Against OpenLDAP, and against Samba as a domain controller, on this machine: binds, searches and StartTLS of one run. The
pages of a search count as one. The first login opens a connection of the service account; each login opens one to try the
password.

${overLdap.length === 0 ? 'Not measured: the servers are not installed.' : table(overLdap)}
`;
}

function table(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ connector, hasGroups, costs }) =>
    costs.map(({ groups, first, next, refresh }) => {
      const again = refresh === undefined ? 'not asked' : cell(refresh);
      return `| \`${connector}\` | ${hasGroups ? groups : 'none'} | ${cell(first)} | ${cell(next)} | ${again} |`;
    }),
  );
  const head = '| connector | groups | first login | next login | refresh |\n| --- | ---: | --- | --- | --- |';
  return [head, ...rows].join('\n');
}

const cell = ({ requests, rounds, milliseconds }: Cost): string =>
  `${requests} in ${rounds}, ${written(milliseconds)} ms`;
