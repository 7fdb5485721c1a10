/** From the path of a file to a {@link Config}, or to the list of everything that is wrong with it. */

import {
  type ConfigIssue,
  type EnvironmentLookup,
  formatIssue,
  parseConfig,
  type ReadFile,
  whyUnreadable,
} from '@ostiary/connector-sdk/config';
import { defaultPasswordAttempts, type SessionOptions } from '@ostiary/issuer';
import { type IssuerId, isOstiaryError, OstiaryError, parseIssuerId } from '@ostiary/primitives';
import type { z } from 'zod';
import { isLoopback } from '../listen/address.ts';
import { readAdministration } from './administration.ts';
import { readClients } from './clients.ts';
import type { Config } from './config.ts';
import { connectorIds, readConnectors } from './connectors.ts';
import { keyDecisions } from './decisions.ts';
import { type FixedParts, fixedParts, hashOfText } from './fixed-parts.ts';
import { type Flags, flagWarnings, readFlags } from './flags.ts';
import { checkListening } from './listening.ts';
import { type LooseFile, readLoosely } from './loose.ts';
import { applyOverrides, type Overrides } from './overrides.ts';
import { expandVariables, type PlugInReader, type PlugIns, readStorage } from './plug-ins.ts';
import {
  readFrontend,
  readLifetimes,
  readLogging,
  readProtocol,
  readSessions,
  readSigning,
  readWeb,
} from './policy.ts';
import { configProblems, type LocatedIssue } from './problem.ts';
import { proxyProblems } from './proxies.ts';
import { createReport } from './report.ts';
import { reviewKeys } from './review-keys.ts';
import { type ConfigFile, fileSchema, signerSchema } from './schema.ts';
import { type ConfigSource, readSource } from './source.ts';

/** Thousands of clients and connectors fit in. */
const MOST_BYTES = 4_000_000;

export interface LoadOptions {
  /** Path of the file, YAML or JSON. */
  readonly file: string;
  /** What the command line sets instead of the file. */
  readonly overrides: Overrides;
  readonly env: EnvironmentLookup;
  readonly readFile: ReadFile;
  readonly plugIns: PlugIns;
  /** Warns of certificates that are not good at this moment. Absent for a server, whose log tells it as long as it runs. */
  readonly certificatesAt?: Date;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly LocatedIssue[];
  /** Of the text of the file: {@link hashOfText}. */
  readonly textHash: string;
  /** What must be the same in a configuration that follows this one without a restart. */
  readonly fixedParts: FixedParts;
}

/**
 * Reads, checks and completes a configuration file.
 *
 * @throws {OstiaryError} `config/invalid` with every problem in its message, one a line, with file and line, and the
 *   warnings after them.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const text = await readText(options);
  const textHash = hashOfText(text);
  const read = readSource(text);
  if (!read.ok) throw configProblems(options.file, read);
  const result = await readAll(read.source, options);
  const located = (issues: readonly LocatedIssue[]) =>
    withoutDoubles(issues)
      .map((issue) => locate(issue, read.source))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const warnings = located(result.warnings);
  if (result.config !== undefined) {
    return { config: result.config, warnings, textHash, fixedParts: result.fixedParts };
  }
  throw configProblems(options.file, { problems: located(result.problems), warnings });
}

async function readText({ file, readFile }: LoadOptions): Promise<string> {
  if (file === '') throw new OstiaryError('config/invalid', 'No file was named. Name one: ostiary check config.yaml.');
  const text = await readFile(file).catch((cause: unknown) => {
    throw new OstiaryError('config/invalid', `${file} ${whyUnreadable(cause)}`, { cause });
  });
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  throw new OstiaryError('config/invalid', `${file} has more than 4 MB, so it is no configuration. Check the path.`);
}

function locate(issue: LocatedIssue, source: ConfigSource): LocatedIssue {
  const line = source.lineOf(issue.path);
  return line === undefined ? issue : { ...issue, line };
}

/** `staticPasswords` are read twice, by the schema of the file and by that of the password database. */
function withoutDoubles(issues: readonly LocatedIssue[]): readonly LocatedIssue[] {
  return [...new Map(issues.map((issue) => [formatIssue(issue), issue])).values()];
}

type ReadResult = {
  readonly problems: readonly LocatedIssue[];
  readonly warnings: readonly LocatedIssue[];
} & ({ readonly config: Config; readonly fixedParts: FixedParts } | { readonly config?: undefined });

async function readAll(source: ConfigSource, options: LoadOptions): Promise<ReadResult> {
  const { env, readFile, plugIns, certificatesAt } = options;
  const report = createReport();
  const flags = readFlags(env);
  report.add({ warnings: flagWarnings(env) });
  report.add({ problems: proxyProblems(env) });
  const reviewed = reviewKeys(applyOverrides(source.value, options.overrides), keyDecisions);
  report.add(reviewed);
  const unknownKeys = flags.refuseUnknownKeys ? 'error' : 'warning';
  const parsed = await parseConfig(fileSchema, reviewed.value, { path: '', unknownKeys });
  report.add({ problems: parsed.ok ? [] : parsed.issues.map(withWayToKeep), warnings: parsed.warnings });
  const reader: PlugInReader = { report, env, readFile, expand: flags.expandEnvironment, unknownKeys };
  // When the file is wrong somewhere, what can be read is read all the same, so that a person corrects it once.
  const blocks: LooseFile = parsed.ok ? parsed.value : readLoosely(reviewed.value);
  const storage = blocks.storage && (await readStorage(blocks.storage, plugIns.storages, reader));
  await checkListening({ ...blocks, readFile, report, certificatesAt });
  const issuer = readIssuer(blocks.issuer, reader);
  const { connectors, people } = await readConnectors({ ...blocks, issuer, reader, plugIns });
  const signer = await readSigner(blocks.signer, reader);
  const { staticClients } = blocks;
  const sessions = readSessions({ block: blocks.sessions, flag: flags.sessions, report });
  const hasSessions = sessions !== undefined;
  const input = { blocks: staticClients, connectorIds: connectorIds(blocks), issuer, hasSessions, ...reader };
  const clients = await readClients(input);
  if (!parsed.ok || !storage || !issuer) return report;
  const signing = readSigning({ signer, signingKeys: parsed.value.expiry.signingKeys, report });
  const parts = { file: parsed.value, flags, issuer, storage, connectors, people, signing, clients, sessions };
  const config = assemble(parts, reader);
  if (report.problems.length > 0) return report;
  return { config, fixedParts: fixedParts(parsed.value), problems: [], warnings: report.warnings };
}

/** Keys that begin with `x-` are there for the anchors in them, on purpose: Dex ignores them. */
function withWayToKeep(issue: ConfigIssue): ConfigIssue {
  if (!issue.path.startsWith('x-')) return issue;
  const message = 'is not a known key. Remove it, or keep it with DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS=false.';
  return { ...issue, message };
}

interface Parts extends Pick<Config, 'issuer' | 'storage' | 'clients' | 'signing' | 'connectors'> {
  readonly file: ConfigFile;
  readonly flags: Flags;
  readonly sessions: SessionOptions | undefined;
  readonly people: Config['people'] | undefined;
}

function assemble(parts: Parts, { report }: PlugInReader): Config {
  const { file, flags, issuer, storage, clients, connectors, people, signing, sessions } = parts;
  const administration = readAdministration(file.grpc, report);
  return {
    issuer,
    storage,
    clients,
    connectors,
    ...(people === undefined ? {} : { people }),
    signing,
    web: readWeb(file.web, report),
    ...(administration === undefined ? {} : { administration }),
    ...(file.telemetry.http === undefined ? {} : { telemetry: file.telemetry.http }),
    protocol: readProtocol(file.oauth2, { withClientCredentials: flags.clientCredentials, report }),
    lifetimes: readLifetimes(file.expiry),
    passwordAttempts: { ...defaultPasswordAttempts, ...file.passwordAttempts },
    ...(sessions === undefined ? {} : { sessions }),
    logging: readLogging(file.logger),
    frontend: readFrontend(file.frontend, report),
    continueOnConnectorFailure: flags.continueOnConnectorFailure,
  };
}

async function readSigner(
  signer: LooseFile['signer'],
  reader: PlugInReader,
): Promise<z.infer<typeof signerSchema> | undefined> {
  if (signer === undefined) return undefined;
  if (signer.type !== 'local') {
    reader.report.problem('signer.type', `is "${signer.type}", but Ostiary signs with local keys only. Write local.`);
    return undefined;
  }
  const path = 'signer.config';
  const raw = expandVariables(signer.config, path, reader);
  const parsed = await parseConfig(signerSchema, raw, { path, unknownKeys: reader.unknownKeys });
  reader.report.add({ problems: parsed.ok ? [] : parsed.issues, warnings: parsed.warnings });
  return parsed.ok ? parsed.value : undefined;
}

function readIssuer(issuer: string | undefined, { report }: PlugInReader): IssuerId | undefined {
  if (issuer === undefined) return undefined;
  try {
    const id = parseIssuerId(issuer);
    if (id.startsWith('http:') && !isLoopback(new URL(id).hostname)) {
      report.warn('issuer', 'is http, so passwords and tokens travel in the clear. Use https, here or at a proxy.');
    }
    return id;
  } catch (error) {
    if (!isOstiaryError(error)) throw error;
    report.problem('issuer', error.message.replace(/^The issuer /u, ''));
    return undefined;
  }
}
