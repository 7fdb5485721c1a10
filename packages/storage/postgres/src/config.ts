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

const modes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/** Whether TLS is spoken, and whom it trusts. Files are PEM. */
export interface PostgresTls {
  /**
   * `verify-full` checks the certificate and the name in it, `verify-ca` the certificate, `require` neither, unless
   * there is a `caFile`: then it is `verify-ca`.
   */
  readonly mode: (typeof modes)[number];
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** The options of the storage, checked. A `host` that is a socket is its folder. */
export interface PostgresConfig extends ServerOptions {
  readonly database: string;
  readonly ssl: PostgresTls;
}

const DEFAULT_PORT = 5432;

const ssl = z
  .strictObject({
    mode: z
      .enum(modes)
      .exactOptional()
      .describe('`disable`, `require`, `verify-ca` or `verify-full`. Default: `verify-full`, for a socket `disable`.'),
    ...tlsFileShape,
  })
  .superRefine(needWholePair);

export const postgresConfig: z.ZodType<PostgresConfig> = z
  .strictObject({
    ...serverShape({ defaultPort: DEFAULT_PORT, socket: 'the folder of a unix socket' }),
    database: optionText.exactOptional().describe('Default: the name of the user.'),
    ssl: ssl.exactOptional().describe('Whether TLS is spoken, and whom it trusts.'),
  })
  .superRefine((given, context) => {
    for (const [path, message] of contradictions(given)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .transform(({ database, ssl, ...written }) => {
    const server = completeServer(written, DEFAULT_PORT);
    return { ...server, database: database ?? server.user, ssl: { ...ssl, mode: modeOf(server.host, ssl?.mode) } };
  });

interface Given extends WrittenServer {
  readonly ssl?: Partial<PostgresTls>;
}

/** Settings that cannot all be meant, by the one to correct. */
function* contradictions({ ssl, ...written }: Given): Iterable<Contradiction> {
  yield* serverContradictions(written);
  const host = written.host ?? '';
  const mode = modeOf(host, ssl?.mode);
  if (isSocket(host) && mode !== 'disable') {
    yield [['ssl', 'mode'], `is ${mode}, and host is a socket, where no TLS is spoken. Remove it, or name a host.`];
  } else if (mode === 'disable' && (ssl?.caFile ?? ssl?.certFile) !== undefined) {
    yield [
      ['ssl'],
      'names files, and no TLS is spoken. Remove them, or choose another mode, and a host that is no socket.',
    ];
  }
}

function modeOf(host: string, mode: PostgresTls['mode'] | undefined): PostgresTls['mode'] {
  return mode ?? (isSocket(host) ? 'disable' : 'verify-full');
}
