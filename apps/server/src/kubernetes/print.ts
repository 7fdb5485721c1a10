/** `ostiary kubernetes authentication-config`: a configuration, for the API server of a cluster. */
import { type ReadFile, resolveCertificates } from '@ostiary/connector-sdk/config';
import type { Config } from '../config/config.ts';
import type { LocatedIssue } from '../config/problem.ts';
import { apiServerFlags } from './api-server-flags.ts';
import { authenticationConfig, type FileOptions } from './authentication-config.ts';
import { type AuthenticatorFlags, authenticatorOf } from './authenticator.ts';

/** The options of the command. */
export interface AuthenticationConfigFlags extends AuthenticatorFlags {
  readonly certificateAuthority?: string;
  readonly apiVersion: FileOptions['version'];
  /** Flags of kube-apiserver instead of the file. */
  readonly flags?: true;
}

/**
 * What to give to the API server, and what to know about it.
 *
 * @throws {OstiaryError} `config/invalid` for what no cluster could use, and for certificates that cannot be read.
 */
export async function authenticationConfigFor(
  config: Config,
  flags: AuthenticationConfigFlags,
  readFile: ReadFile,
): Promise<{ readonly text: string; readonly warnings: readonly LocatedIssue[] }> {
  const { authenticator, warnings } = authenticatorOf(config, flags);
  const { certificateAuthority: caFile, apiVersion: version } = flags;
  // Certificates alone: what else is in the file may be a key.
  const certificates = caFile === undefined ? undefined : await certificatesOf(caFile, readFile);
  const text =
    flags.flags === true
      ? apiServerFlags(authenticator, caFile)
      : authenticationConfig(authenticator, { version, certificateAuthority: certificates });
  return { text, warnings };
}

async function certificatesOf(source: string, readFile: ReadFile): Promise<string> {
  const certificates = await resolveCertificates({ source, path: '--certificate-authority' }, readFile);
  return certificates.map((one) => `${one}\n`).join('');
}
