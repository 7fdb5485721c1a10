/** Flags of the command line that stand for keys of the file, as Dex has them. */

export interface Overrides {
  /** `--web-http-addr` */
  readonly webHttp?: string;
  /** `--web-https-addr` */
  readonly webHttps?: string;
  /** `--telemetry-addr` */
  readonly telemetry?: string;
  /** `--grpc-addr` */
  readonly grpc?: string;
}

/** The file with the addresses of the command line. Empty ones change nothing. */
export function applyOverrides(raw: unknown, { webHttp, webHttps, telemetry, grpc }: Overrides): unknown {
  const web = withKey(withKey(raw, ['web', 'http'], webHttp), ['web', 'https'], webHttps);
  return withKey(withKey(web, ['telemetry', 'http'], telemetry), ['grpc', 'addr'], grpc);
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
