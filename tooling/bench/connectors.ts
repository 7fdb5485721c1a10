/**
 * `pnpm bench:connectors`: counts what each connector asks its provider at a login and a refresh, with few groups and
 * with many, and writes `docs/bench/connectors.md`. A connector is measured when its package has `test/subject.ts`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { requireSamba, requireTool } from '@ostiary/tooling-servers';
import { type Costs, type DriveOptions, drive } from './src/connectors/drive.ts';
import { ldapMeter } from './src/connectors/ldap-meter.ts';
import { type Cost, meter } from './src/connectors/meter.ts';
import { connectorsPage, type Measured } from './src/connectors/page.ts';
import { describeMachine } from './src/machine.ts';
import { summarize } from './src/statistics.ts';

const root = dirname(dirname(import.meta.dirname));
const counts = [5, 500];
const latencyMs = 20;
/** Connectors of which there is nothing to count. */
const askNobody = new Set(['local', 'mock']);

/** What a package has in `test/subject.ts`: a provider in memory, or one that has to be started. */
interface Exported {
  readonly subject?: ConformanceSubject;
  readonly startSubject?: () => Promise<AsyncDisposable & { readonly subject: ConformanceSubject }>;
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'docs', 'bench') },
  },
});
const samples = values.quick ? 1 : 7;

const folder = join(root, 'packages/connectors');
const overHttp: Measured[] = [];
const overLdap: Measured[] = [];
for (const connector of readdirSync(folder).toSorted()) {
  const path = join(folder, connector, 'test/subject.ts');
  if (!existsSync(path) || askNobody.has(connector)) continue;
  const exported: Exported = await import(pathToFileURL(path).href);
  if (exported.subject !== undefined) overHttp.push(await measure(connector, exported.subject));
  else if (exported.startSubject !== undefined && !lacking(connector)) {
    overLdap.push(await measureStarted(connector, exported.startSubject));
  }
  console.error(`bench: ${connector}`);
}
const page = connectorsPage({ overHttp, overLdap }, { machine: describeMachine(), latencyMs, samples });
await mkdir(values.out, { recursive: true });
await writeFile(join(values.out, 'connectors.md'), page);
console.log(page);

async function measure(connector: string, subject: ConformanceSubject): Promise<Measured> {
  const { setGroups } = await subject.upstream(() => new Date());
  const hasGroups = setGroups !== undefined;
  const meterOf = ({ fetch }: Upstream) => meter(fetch, latencyMs);
  const costs: Costs[] = [];
  for (const groups of hasGroups ? counts : [0]) costs.push(await median(subject, { groups, meterOf }));
  return { connector, hasGroups, costs };
}

/** A real server for each count, so that it has no groups from before. */
async function measureStarted(connector: string, start: NonNullable<Exported['startSubject']>): Promise<Measured> {
  const costs: Costs[] = [];
  for (const groups of counts) {
    await using started = await start();
    using net = ldapMeter();
    costs.push(await drive(started.subject, { groups, meterOf: () => net }));
  }
  return { connector, hasGroups: true, costs };
}

function lacking(connector: string): boolean {
  const reason = connector === 'ldap' ? requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') : requireSamba();
  if (reason !== undefined) console.error(`bench: ${connector} is left out: ${reason}`);
  return reason !== undefined;
}

async function median(subject: ConformanceSubject, options: DriveOptions): Promise<Costs> {
  const all: Costs[] = [];
  for (let sample = 0; sample < samples; sample += 1) all.push(await drive(subject, options));
  const of = (costs: readonly Cost[]): Cost => ({
    requests: summarize(costs.map(({ requests }) => requests)).median,
    rounds: summarize(costs.map(({ rounds }) => rounds)).median,
    milliseconds: summarize(costs.map(({ milliseconds }) => milliseconds)).median,
  });
  const refreshes = all.flatMap(({ refresh }) => (refresh === undefined ? [] : [refresh]));
  return {
    groups: options.groups,
    first: of(all.map(({ first }) => first)),
    next: of(all.map(({ next }) => next)),
    ...(refreshes.length === 0 ? {} : { refresh: of(refreshes) }),
  };
}
