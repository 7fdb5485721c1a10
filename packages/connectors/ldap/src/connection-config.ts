import {
  atMostOne,
  base64Bytes,
  duration,
  fileName,
  insecureSkipEmailVerifiedKey,
  secretText,
  text,
  textLike,
} from '@ostiary/connector-sdk/config';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** The way to a directory, and what holds for everybody in it. */
export interface ConnectionConfig {
  readonly host: string;
  readonly hosts: readonly string[];
  readonly referralHosts: readonly string[];
  readonly insecureNoSSL: boolean;
  readonly startTLS: boolean;
  readonly insecureSkipVerify: boolean;
  readonly rootCA?: string;
  /** PEM. */
  readonly rootCAData?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly bindDN?: string;
  readonly bindPW?: Secret;
  readonly bindPWFile?: string;
  readonly usernamePrompt: string;
  readonly insecureSkipEmailVerified: boolean;
  readonly allowedGroups: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxConnections: number;
  /** Milliseconds. */
  readonly idleTimeout: number;
}

type Optional<T extends z.ZodType> = z.ZodExactOptional<T>;
type Text = z.ZodType<string, string>;
type Flag = z.ZodType<boolean, boolean | undefined>;

/** Keys of {@link ConnectionConfig}. For presets, to spread into a schema of their own. */
export interface ConnectionKeys {
  readonly host: Text;
  readonly hosts: z.ZodType<readonly string[], readonly string[] | undefined>;
  readonly referralHosts: z.ZodType<readonly string[], readonly string[] | undefined>;
  readonly insecureNoSSL: Flag;
  readonly startTLS: Flag;
  readonly insecureSkipVerify: Flag;
  readonly rootCA: Optional<Text>;
  readonly rootCAData: Optional<Text>;
  readonly clientCert: Optional<Text>;
  readonly clientKey: Optional<Text>;
  readonly bindDN: Optional<Text>;
  readonly bindPW: Optional<z.ZodType<Secret, string>>;
  readonly bindPWFile: Optional<Text>;
  readonly usernamePrompt: z.ZodType<string, string | undefined>;
  readonly insecureSkipEmailVerified: Flag;
  readonly allowedGroups: z.ZodType<readonly string[], readonly string[] | undefined>;
  readonly timeout: z.ZodType<number, string | undefined>;
  readonly maxConnections: z.ZodType<number, number | undefined>;
  readonly idleTimeout: z.ZodType<number, string | undefined>;
}

const host = textLike(
  /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/iu,
  'is no host. Write it like ldap.example.com or ldap.example.com:636.',
);
const flag = (about: string): Flag => z.boolean().default(false).describe(about);

/** The keys. */
export const connectionKeys: ConnectionKeys = {
  host: host.describe('The server, with or without a port. Default port: 636; 389 with `insecureNoSSL` or `startTLS`.'),
  hosts: z.array(host).default([]).describe('Further servers, asked when the one before does not answer. Not in Dex.'),
  referralHosts: z
    .array(host)
    .default([])
    .describe('Servers to ask when the directory refers to them, matched by name. Others are not. Not in Dex.'),
  insecureNoSSL: flag('Plain LDAP: passwords can be read on the way. Wins over `startTLS`.'),
  startTLS: flag('Begin plain, then StartTLS.'),
  insecureSkipVerify: flag('Accept any certificate. For tests.'),
  rootCA: fileName('certificates', { unless: 'rootCAData' })
    .exactOptional()
    .describe('Certificates to trust instead of the system: path, base64 of PEM, or PEM.'),
  rootCAData: base64Bytes()
    .transform((bytes) => Buffer.from(bytes).toString())
    .exactOptional()
    .describe('The same as base64 of PEM. Wins over `rootCA`.'),
  clientCert: fileName('certificates').exactOptional().describe('Certificate to show to the server, with `clientKey`.'),
  clientKey: fileName('privateKey').exactOptional().describe('Its key.'),
  bindDN: text().exactOptional().describe('Account that searches. Absent: anonymous.'),
  bindPW: secretText().exactOptional().describe('Its password.'),
  bindPWFile: fileName('secret').exactOptional().describe('The same as a file, read at each use. Not in Dex.'),
  usernamePrompt: z.string().default('').describe('What the form calls the user name. Default: Username.'),
  insecureSkipEmailVerified: insecureSkipEmailVerifiedKey('LDAP'),
  allowedGroups: z
    .array(text())
    .default([])
    .describe('Only members of one of these may log in, and only these groups are handed on. Not in Dex.'),
  timeout: duration({ minMs: 1000, maxMs: 60_000 })
    .default(10_000)
    .describe('How long the server may take for an answer. Default: 10s. Not in Dex.'),
  maxConnections: z
    .int()
    .min(1, 'is too few. Write at least 1.')
    .max(100, 'is too many. Write at most 100.')
    .default(10)
    .describe('Connections of `bindDN` at most. More logins wait for one. Default: 10. Not in Dex.'),
  idleTimeout: duration({ minMs: 1000, maxMs: 3_600_000 })
    .default(60_000)
    .describe('How long a connection that nobody uses stays open. Default: 1m. Not in Dex.'),
};

/** For `.superRefine`: what these keys need of each other. */
export function checkConnection(
  config: Partial<ConnectionConfig>,
  context: z.core.$RefinementCtx<Partial<ConnectionConfig>>,
): void {
  const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  atMostOne<Partial<ConnectionConfig>>('bindPW', 'bindPWFile')(config, context);
  const hasPassword = config.bindPW !== undefined || config.bindPWFile !== undefined;
  if (config.bindDN !== undefined && !hasPassword) {
    issue(
      'bindPW',
      'is missing. Set bindPW or bindPWFile: without a password the server would take nobody for anybody.',
    );
  }
  if ((config.clientCert === undefined) !== (config.clientKey === undefined)) {
    issue('clientCert', 'belongs together with clientKey. Set both, or none.');
  }
}
