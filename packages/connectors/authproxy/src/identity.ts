/** From the headers of an authenticating proxy to an identity. */
import { type Identity, type RequestHeaders, uniqueGroups } from '@ostiary/connector-sdk';
import { OstiaryError } from '@ostiary/primitives';
import type { AuthProxyConfig } from './config.ts';

/**
 * Reads the headers.
 *
 * @throws {OstiaryError} `upstream/protocol` when the header with the user is missing: the request did not come
 *   through the proxy, or the proxy let somebody pass who is nobody.
 */
export function identityOf(headers: RequestHeaders, config: AuthProxyConfig): Identity {
  const user = readHeader(headers, config.userHeader);
  if (user === '') {
    const message = 'The login did not come through the authenticating proxy. Tell your administrator.';
    throw new OstiaryError('upstream/protocol', message, { detail: { missing: config.userHeader } });
  }
  const address = readHeader(headers, config.emailHeader) || user;
  const groups = readHeader(headers, config.groupHeader).split(config.groupHeaderSeparator);
  return {
    userId: readHeader(headers, config.userIDHeader) || user,
    username: user,
    preferredUsername: readHeader(headers, config.userNameHeader) || user,
    email: { address, verified: config.insecureSkipEmailVerified },
    groups: uniqueGroups([...groups.map((group) => group.trim()), ...config.staticGroups]),
  };
}

/** Header values are bytes; proxies write UTF-8. What is none stays as it is, byte by byte. */
export function readHeader(headers: RequestHeaders, name: string): string {
  const bytes = Buffer.from(headers.get(name) ?? '', 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return bytes.toString('latin1').trim();
  }
}
