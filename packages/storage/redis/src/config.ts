import type { Secret } from '@ostiary/primitives';
import { needWholePair, optionText, passwordShape, tlsFileShape } from '@ostiary/storage-sdk/server';
import { z } from 'zod';

/** Where one Redis is. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** The options of the storage, checked. */
export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  /** A unix socket instead of host and port. */
  readonly socket?: string;
  /** Nodes of a Redis Cluster to begin with, instead of host and port. */
  readonly cluster?: readonly RedisAddress[];
  readonly username?: string;
  readonly password?: Secret;
  readonly passwordFile?: string;
  /** Not with a cluster, which has only database 0. */
  readonly database: number;
  /** In front of every key, so that several issuers can share a Redis. */
  readonly prefix: string;
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly serverName?: string;
  };
}

const noPort = 'is no port. Write a number from 1 to 65535.';
const port = z.int().min(1, noPort).max(65_535, noPort);
/** An empty prefix is a prefix; other empty texts count as absent. See `keepEmpty` of `@ostiary/connector-sdk`. */
const keepEmpty = { 'x-keep-empty': true };

/** Messages name the host, so a URL with a password in it must not get that far. */
const host = optionText.regex(/^[^\s/@]+$/u, 'is no host. Write its name or address, without scheme, user and port.');

const tls = z
  .strictObject({
    ...tlsFileShape,
    serverName: optionText.exactOptional().describe('Name in the certificate of the server, where it is not the host.'),
  })
  .superRefine(needWholePair);

export const redisConfig: z.ZodType<RedisConfig> = z
  .strictObject({
    host: host.exactOptional().describe('Default: 127.0.0.1.'),
    port: port.exactOptional().describe('Default: 6379.'),
    socket: optionText.exactOptional().describe('Path of a unix socket, instead of host and port.'),
    cluster: z
      .array(z.strictObject({ host, port: port.default(6379) }))
      .min(1, 'is empty. Name at least one node.')
      .exactOptional()
      .describe('Nodes of a Redis Cluster, instead of host and port.'),
    username: optionText.exactOptional().describe('ACL user.'),
    ...passwordShape,
    database: z.int().min(0, 'is negative. Write 0 or more.').default(0).describe('Default: 0.'),
    prefix: z.string().meta(keepEmpty).default('ostiary:').describe('In front of every key. Default: `ostiary:`.'),
    tls: tls.exactOptional().describe('Speak TLS; `{}` is enough when the system trusts the certificate.'),
  })
  .superRefine(({ password, passwordFile, cluster, socket, database, ...given }, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    for (const key of ['host', 'port'] as const) {
      if (given[key] === undefined) continue;
      if (socket !== undefined) refuse(key, 'is set besides socket. Keep one.');
      if (cluster !== undefined) refuse(key, 'is set besides cluster. Keep one.');
    }
    if (password !== undefined && passwordFile !== undefined)
      refuse('passwordFile', 'is set besides password. Keep one.');
    if (cluster !== undefined && socket !== undefined) refuse('socket', 'is set besides cluster. Keep one.');
    if (cluster !== undefined && database !== 0) refuse('database', 'must be 0: a cluster has no other.');
  })
  .transform(({ host = '127.0.0.1', port = 6379, ...rest }) => ({ ...rest, host, port }));
