import { Secret } from '@ostiary/primitives';
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

/** The options of the storage, checked. */
export interface PostgresConfig {
  /** Name or address, or the folder of a unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: Secret;
  readonly passwordFile?: string;
  /** Seconds that a connection, or one that is free, may be waited for. */
  readonly connectionTimeout: number;
  /** Connections at the same time, at most. */
  readonly maxOpenConns: number;
  /** So many stay open while there is nothing to do. */
  readonly maxIdleConns: number;
  /** Seconds after which a connection is replaced by a new one; 0: never. */
  readonly connMaxLifetime: number;
  readonly ssl: PostgresTls;
}

const DEFAULT_PORT = 5432;
const DEFAULT_CONNECTIONS = 5;
const DEFAULT_TIMEOUT_S = 5;
const MOST_CONNECTIONS = 10_000;
/** A timer of Node holds 31 bits of milliseconds. */
const LONGEST_S = 2_147_483;

const text = z.string().min(1, 'is empty. Set it, or check that the environment variable it names is set.');

/** Messages name the host, so a URL with a password in it must not get that far. */
const noHost = 'is no host. Write its name or address, or the folder of a socket, without scheme and user.';
const host = text.regex(
  /^(?:\/.*|\[[^\s/@,[\]]+\](?::\d+)?|[^\s/@,:[\]]+(?::\d+)?|[\da-f:.]*:[\da-f:.]*:[\da-f:.]*)$/iu,
  noHost,
);

const noPort = 'is no port. Write a number from 1 to 65535.';
const port = z.int().min(0, noPort).max(65_535, noPort);
const count = (most: number) =>
  z.int().min(0, 'is negative. Write 0 for the default, or more.').max(most, `is more than ${most}. Write less.`);
const seconds = count(LONGEST_S);

/** `x-file` tells a host to look at the file before the storage is opened: see `fileName` of `@ostiary/connector-sdk`. */
const file = (content: 'certificates' | 'privateKey' | 'secret') => text.meta({ 'x-file': content });

const ssl = z
  .strictObject({
    mode: z
      .enum(modes)
      .exactOptional()
      .describe('`disable`, `require`, `verify-ca` or `verify-full`. Default: `verify-full`, for a socket `disable`.'),
    caFile: file('certificates').exactOptional().describe('Certificate authority to trust, PEM.'),
    certFile: file('certificates').exactOptional().describe('Client certificate, PEM.'),
    keyFile: file('privateKey').exactOptional().describe('Its key, PEM.'),
  })
  .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
    message: 'has one of certFile and keyFile. Give both or none.',
  });

export const postgresConfig: z.ZodType<PostgresConfig> = z
  .strictObject({
    host: host
      .exactOptional()
      .describe('Name or address, with or without a port, or the folder of a unix socket. Default: localhost.'),
    port: port.exactOptional().describe('Default: 5432.'),
    database: text.exactOptional().describe('Default: the name of the user.'),
    user: text.describe('Who logs in.'),
    password: text
      .transform((value) => new Secret(value))
      .exactOptional()
      .describe('Password.'),
    passwordFile: file('secret').exactOptional().describe('File with the password, instead of `password`.'),
    connectionTimeout: seconds.exactOptional().describe('Seconds to wait for a connection. Default: 5.'),
    maxOpenConns: count(MOST_CONNECTIONS).exactOptional().describe('Connections at most. Default: 5.'),
    maxIdleConns: count(MOST_CONNECTIONS)
      .exactOptional()
      .describe('Connections that stay open without work. Default: 5.'),
    connMaxLifetime: seconds.exactOptional().describe('Seconds until a connection is replaced. Default: never.'),
    ssl: ssl.exactOptional().describe('Whether TLS is spoken, and whom it trusts.'),
  })
  .superRefine((given, context) => {
    for (const [path, message] of contradictions(given)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  // 0 is the default, as for Dex, where a number that is not set is 0.
  .transform(
    ({ host, port, database, user, connectionTimeout, maxOpenConns, maxIdleConns, connMaxLifetime, ssl, ...rest }) => {
      const place = placeOf(host);
      return {
        ...rest,
        host: place.host,
        port: place.port ?? (port || DEFAULT_PORT),
        user,
        database: database ?? user,
        connectionTimeout: connectionTimeout || DEFAULT_TIMEOUT_S,
        maxOpenConns: maxOpenConns || DEFAULT_CONNECTIONS,
        maxIdleConns: maxIdleConns || DEFAULT_CONNECTIONS,
        connMaxLifetime: connMaxLifetime ?? 0,
        ssl: { ...ssl, mode: modeOf(place.host, ssl?.mode) },
      };
    },
  );

/** True for the folder of a unix socket. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}

interface Given {
  readonly host?: string;
  readonly port?: number;
  readonly password?: Secret;
  readonly passwordFile?: string;
  readonly ssl?: Partial<PostgresTls>;
}

/** Settings that cannot all be meant, by the one to correct. */
function* contradictions({ host, port, password, passwordFile, ssl }: Given): Iterable<[readonly string[], string]> {
  const place = placeOf(host);
  if (password !== undefined && passwordFile !== undefined)
    yield [['passwordFile'], 'is set besides password. Keep one.'];
  if (place.port !== undefined && (place.port < 1 || place.port > 65_535))
    yield [['host'], `has a port that ${noPort}`];
  if (place.port !== undefined && port && place.port !== port)
    yield [['port'], 'is set besides the port in host. Keep one.'];
  const mode = modeOf(place.host, ssl?.mode);
  if (isSocket(place.host) && mode !== 'disable') {
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

/** Host and port of a text that may have both, as Dex reads it. An IPv6 address with a port is in brackets. */
function placeOf(text = 'localhost'): { readonly host: string; readonly port?: number } {
  if (isSocket(text)) return { host: text };
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/u.exec(text) ?? [];
  const host = bracketed ?? name ?? text;
  return port === undefined ? { host } : { host, port: Number(port) };
}
