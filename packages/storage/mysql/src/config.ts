import {
  type Contradiction,
  completeServer,
  isSocket,
  needWholePair,
  optionText,
  type ServerOptions,
  serverContradictions,
  serverShape,
  tlsFileShape,
  type WrittenServer,
} from '@ostiary/storage-sdk/server';
import { z } from 'zod';

const modes = ['true', 'false', 'skip-verify', 'custom'] as const;
type Mode = (typeof modes)[number];

/** Whether TLS is spoken, and whom it trusts. Files are PEM. */
export interface MysqlTls {
  /**
   * `true` and `custom` check the certificate and the name in it, `skip-verify` neither, `false` speaks no TLS. With files it
   * is `custom`, whatever was written.
   */
  readonly mode: Mode;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** The options of the storage, checked. */
export interface MysqlConfig extends ServerOptions {
  readonly database: string;
  readonly ssl: MysqlTls;
}

const DEFAULT_PORT = 3306;

const ssl = z
  .strictObject({
    mode: z
      // In YAML, true and false are no texts; Dex takes them, too.
      .preprocess((given) => (typeof given === 'boolean' ? String(given) : given), z.enum(modes))
      .exactOptional()
      .describe(
        '`true`, `false`, `skip-verify` or `custom`. Default: `true`, for a socket `false`, with files `custom`.',
      ),
    ...tlsFileShape,
  })
  .superRefine(needWholePair);

export const mysqlConfig: z.ZodType<MysqlConfig> = z
  .strictObject({
    ...serverShape({ defaultPort: DEFAULT_PORT, socket: 'the path of a unix socket' }),
    database: optionText.describe('Database for the tables.'),
    ssl: ssl.exactOptional().describe('Whether TLS is spoken, and whom it trusts.'),
  })
  .superRefine((given, context) => {
    for (const [path, message] of contradictions(given)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .transform(({ database, ssl, ...written }) => {
    const server = completeServer(written, DEFAULT_PORT);
    return { ...server, database, ssl: { ...ssl, mode: modeOf(server.host, ssl) } };
  });

interface Given extends WrittenServer {
  readonly ssl?: Partial<MysqlTls>;
}

/** Settings that cannot all be meant, by the one to correct. */
function* contradictions({ ssl, ...written }: Given): Iterable<Contradiction> {
  yield* serverContradictions(written);
  const host = written.host ?? '';
  const mode = modeOf(host, ssl);
  if (isSocket(host) && mode !== 'false') {
    const told = hasFiles(ssl) ? ([['ssl'], 'names files'] as const) : ([['ssl', 'mode'], `is ${mode}`] as const);
    yield [told[0], `${told[1]}, and host is a socket, where no TLS is spoken. Remove it, or name a host.`];
  } else if (mode === 'custom' && !hasFiles(ssl)) {
    yield [['ssl', 'mode'], 'is custom, and there is no file. Set caFile, or write true to trust public authorities.'];
  }
}

function modeOf(host: string, ssl: Partial<MysqlTls> = {}): Mode {
  if (hasFiles(ssl)) return 'custom';
  return ssl.mode ?? (isSocket(host) ? 'false' : 'true');
}

function hasFiles({ caFile, certFile, keyFile }: Partial<MysqlTls> = {}): boolean {
  return (caFile ?? certFile ?? keyFile) !== undefined;
}
