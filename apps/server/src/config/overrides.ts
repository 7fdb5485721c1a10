/** Flags of the command line that stand for keys of the file, as Dex has them. */
import type { ConfigIssue } from '@ostiary/connector-sdk/config';
import { noGrpc } from './decisions.ts';

export interface Overrides {
  /** `--web-http-addr` */
  readonly webHttp?: string;
  /** `--web-https-addr` */
  readonly webHttps?: string;
  /** `--telemetry-addr` */
  readonly telemetry?: string;
  /** `--grpc-addr`, which does nothing. */
  readonly grpc?: string;
}

/** The file with the addresses of the command line. Empty ones change nothing. */
export function applyOverrides(raw: unknown, { webHttp, webHttps, telemetry }: Overrides): unknown {
  const withHttp = withKey(raw, ['web', 'http'], webHttp);
  return withKey(withKey(withHttp, ['web', 'https'], webHttps), ['telemetry', 'http'], telemetry);
}

/** What of the command line is not done. */
export function overrideWarnings({ grpc }: Overrides): readonly ConfigIssue[] {
  return grpc === undefined || grpc === '' ? [] : [{ path: '--grpc-addr', message: `is ignored: ${noGrpc}` }];
}

function withKey(raw: unknown, [block, key]: readonly [string, string], value: string | undefined): unknown {
  if (value === undefined || value === '' || !isRecord(raw)) return raw;
  const [blockName, inner] = entry(raw, block);
  const [keyName] = entry(isRecord(inner) ? inner : {}, key);
  return { ...raw, [blockName]: { ...(isRecord(inner) ? inner : {}), [keyName]: value } };
}

/** The entry in whatever case it is written. */
const entry = (record: Readonly<Record<string, unknown>>, name: string): readonly [string, unknown] =>
  Object.entries(record).find(([key]) => key.toLowerCase() === name) ?? [name, undefined];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
