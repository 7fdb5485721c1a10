/**
 * `pnpm bench`: measures, prints the tables, and writes them with a picture into `docs/bench`. See README.md.
 *
 * The programs must have been built; `npm run bench` does that before.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from './src/machine.ts';
import { type Circumstances, toMarkdown } from './src/report/markdown.ts';
import { toPlot } from './src/report/plot.ts';
import type { Report, Settings } from './src/subject.ts';
import { codeFlowSuite } from './src/suites/code-flow.ts';
import { documentsSuite } from './src/suites/documents.ts';
import { footprintSuite } from './src/suites/footprint.ts';
import { getTokenSuite } from './src/suites/get-token.ts';
import { refreshSuite } from './src/suites/refresh.ts';

const suites: Readonly<Record<string, (settings: Settings) => Promise<Report>>> = {
  documents: documentsSuite,
  refresh: refreshSuite,
  'code-flow': codeFlowSuite,
  'get-token': getTokenSuite,
  footprint: footprintSuite,
};

const thorough: Settings = {
  ...{ rounds: 25, warmUps: 12, seconds: 0.8, connections: 64 },
  ...{ logins: 100_000, visits: 100_000, starts: 40 },
};
/** Shows that everything runs; its figures mean nothing. */
const quick: Settings = {
  ...{ rounds: 1, warmUps: 0, seconds: 0.2, connections: 8 },
  ...{ logins: 50, visits: 200, starts: 3 },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: Object.keys(suites) },
      out: { type: 'string', default: join(dirname(dirname(import.meta.dirname)), 'docs', 'bench') },
    },
  });
  const unknown = values.only.filter((name) => !Object.hasOwn(suites, name));
  if (unknown.length > 0) {
    console.error(`bench: there is no suite ${unknown.join(', ')}. There are ${Object.keys(suites).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const settings = values.quick ? quick : thorough;
  const reports: Report[] = [];
  for (const name of values.only) {
    console.error(`bench: ${name} ...`);
    const report = await suites[name]?.(settings);
    if (report !== undefined) reports.push(report);
  }
  const page = toMarkdown(reports, circumstances(settings), 'ratios.svg');
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'README.md'), page);
  await writeFile(join(values.out, 'ratios.svg'), toPlot(reports));
  console.log(page);
}

function circumstances({ rounds, warmUps, seconds, connections }: Settings): Circumstances {
  const pass = `${rounds} rounds after ${warmUps} that do not count, ${connections} connections, all on the same cores`;
  const count = `${seconds} seconds of requests, after half as many that do not count`;
  return {
    machine: describeMachine(),
    method: `Load: ${pass}. Subjects take turns in each round: ${count}. Ratios are taken round by round.`,
  };
}

await main();
// Connections that are kept alive would keep this process, too.
process.exit();
