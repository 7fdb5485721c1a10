/** The options that databases behind a network have in common, with the keys and the meaning that Dex gives them. */
import { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** Where a server is, who logs in, and how many connections there may be. */
export interface ServerOptions {
  /** Name or address, or the path of a unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
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
}

/** The same as it is written: 0 counts as absent, and the port may stand in the host. */
export type WrittenServer = Partial<ServerOptions> & Pick<ServerOptions, 'user'>;

const DEFAULT_CONNECTIONS = 5;
const DEFAULT_TIMEOUT_S = 5;
const MOST_CONNECTIONS = 10_000;
/** A timer of Node holds 31 bits of milliseconds. */
const LONGEST_S = 2_147_483;

/** A text that says something. */
export const optionText: z.ZodString = z
  .string()
  .min(1, 'is empty. Set it, or check that the environment variable it names is set.');

/**
 * The path of a file. `x-file` tells a host to look at the file before the storage is opened: see `fileName` of
 * `@ostiary/connector-sdk`.
 */
export function optionFile(content: 'certificates' | 'privateKey' | 'secret'): z.ZodString {
  return optionText.meta({ 'x-file': content });
}

/** Messages name the host, so a URL with a password in it must not get that far. */
const noHost = 'is no host. Write its name or address, or the path of a socket, without scheme and user.';
const host = optionText.regex(
  /^(?:\/.*|\[[^\s/@,[\]]+\](?::\d+)?|[^\s/@,:[\]]+(?::\d+)?|[\da-f:.]*:[\da-f:.]*:[\da-f:.]*)$/iu,
  noHost,
);

const noPort = 'is no port. Write a number from 1 to 65535.';
const port = z.int().min(0, noPort).max(65_535, noPort);
const count = (most: number) =>
  z.int().min(0, 'is negative. Write 0 for the default, or more.').max(most, `is more than ${most}. Write less.`);
const seconds = count(LONGEST_S);

/** What differs between databases. */
export interface ServerKind {
  readonly defaultPort: number;
  /** What a unix socket is named by: `the folder of a unix socket`. */
  readonly socket: string;
}

type Optional<S extends z.ZodType> = z.ZodExactOptional<S>;

/** The schemas of {@link WrittenServer}, for `z.strictObject`. */
export interface ServerShape {
  readonly host: Optional<z.ZodString>;
  readonly port: Optional<z.ZodInt>;
  readonly user: z.ZodString;
  readonly password: Optional<z.ZodType<Secret>>;
  readonly passwordFile: Optional<z.ZodString>;
  readonly connectionTimeout: Optional<z.ZodInt>;
  readonly maxOpenConns: Optional<z.ZodInt>;
  readonly maxIdleConns: Optional<z.ZodInt>;
  readonly connMaxLifetime: Optional<z.ZodInt>;
}

/** The schemas of a password, which stands in the file or in one of its own, for `z.strictObject`. */
export const passwordShape: Pick<ServerShape, 'password' | 'passwordFile'> = {
  password: optionText
    .transform((value) => new Secret(value))
    .exactOptional()
    .describe('Password.'),
  passwordFile: optionFile('secret').exactOptional().describe('File with the password, instead of `password`.'),
};

/** The keys of a server. What they contradict each other in is told by {@link serverContradictions}. */
export function serverShape({ defaultPort, socket }: ServerKind): ServerShape {
  return {
    host: host.exactOptional().describe(`Name or address, with or without a port, or ${socket}. Default: localhost.`),
    port: port.exactOptional().describe(`Default: ${defaultPort}.`),
    user: optionText.describe('Who logs in.'),
    ...passwordShape,
    connectionTimeout: seconds.exactOptional().describe('Seconds to wait for a connection. Default: 5.'),
    maxOpenConns: count(MOST_CONNECTIONS).exactOptional().describe('Connections at most. Default: 5.'),
    maxIdleConns: count(MOST_CONNECTIONS)
      .exactOptional()
      .describe('Connections that stay open without work. Default: 5.'),
    connMaxLifetime: seconds.exactOptional().describe('Seconds until a connection is replaced. Default: never.'),
  };
}

/** A setting that cannot be meant besides another one, and what to do. */
export type Contradiction = readonly [path: readonly string[], message: string];

/** Settings of a server that cannot all be meant, by the one to correct. */
export function* serverContradictions(written: Partial<WrittenServer>): Iterable<Contradiction> {
  const place = placeOf(written.host);
  if (written.password !== undefined && written.passwordFile !== undefined)
    yield [['passwordFile'], 'is set besides password. Keep one.'];
  if (place.port !== undefined && (place.port < 1 || place.port > 65_535))
    yield [['host'], `has a port that ${noPort}`];
  if (place.port !== undefined && written.port && place.port !== written.port)
    yield [['port'], 'is set besides the port in host. Keep one.'];
}

/** Tells host and port apart, and fills in what is absent or 0, as for Dex, where a number that is not set is 0. */
export function completeServer(written: WrittenServer, defaultPort: number): ServerOptions {
  const place = placeOf(written.host);
  return {
    ...written,
    host: place.host,
    port: place.port ?? (written.port || defaultPort),
    connectionTimeout: written.connectionTimeout || DEFAULT_TIMEOUT_S,
    maxOpenConns: written.maxOpenConns || DEFAULT_CONNECTIONS,
    maxIdleConns: written.maxIdleConns || DEFAULT_CONNECTIONS,
    connMaxLifetime: written.connMaxLifetime ?? 0,
  };
}

/** True for the path of a unix socket. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}

/** Host and port of a text that may have both, as Dex reads it. An IPv6 address with a port is in brackets. */
function placeOf(text = 'localhost'): { readonly host: string; readonly port?: number } {
  if (isSocket(text)) return { host: text };
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/u.exec(text) ?? [];
  const host = bracketed ?? name ?? text;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/** The schemas of the files of TLS, for `z.strictObject`. */
export const tlsFileShape: Readonly<Record<'caFile' | 'certFile' | 'keyFile', Optional<z.ZodString>>> = {
  caFile: optionFile('certificates').exactOptional().describe('Certificate authority to trust, PEM.'),
  certFile: optionFile('certificates').exactOptional().describe('Client certificate, PEM.'),
  keyFile: optionFile('privateKey').exactOptional().describe('Its key, PEM.'),
};

/** Refuses a certificate without its key, and a key without its certificate: for `superRefine`. */
export function needWholePair(
  { certFile, keyFile }: { readonly certFile?: string; readonly keyFile?: string },
  context: Pick<z.RefinementCtx, 'addIssue'>,
): void {
  if ((certFile === undefined) === (keyFile === undefined)) return;
  context.addIssue({ code: 'custom', message: 'has one of certFile and keyFile. Give both or none.' });
}
