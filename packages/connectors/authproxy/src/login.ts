import { createHash, timingSafeEqual } from 'node:crypto';
import type { ConnectorContext, RedirectLogin } from '@ostiary/connector-sdk';
import { secretSource } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';
import type { AuthProxyConfig } from './config.ts';
import { identityOf, readHeader } from './identity.ts';

/** Sends the browser to the callback of this connector, in front of which the proxy stands. */
export function authproxyLogin(config: AuthProxyConfig, context: ConnectorContext): RedirectLogin {
  const { sharedSecret: value, sharedSecretFile: file, secretHeader } = config;
  const secret = secretSource({ value, file, path: 'sharedSecretFile' }, context.readFile);
  if (secret === undefined) context.log.warn('authproxy.anybody_may_be_the_proxy', { connector: context.id });
  return {
    async begin({ callbackUrl, state }) {
      const url = new URL(callbackUrl);
      url.searchParams.set('state', state);
      return { kind: 'redirect', url: url.href, keep: null };
    },
    async finish({ headers }) {
      if (secret !== undefined && !isSame(readHeader(headers, secretHeader), (await secret()).reveal())) {
        const message = 'The login did not come through the authenticating proxy. Tell your administrator.';
        throw new OstiaryError('upstream/protocol', message, { detail: { wrong: secretHeader } });
      }
      return identityOf(headers, config);
    },
  };
}

/** Hashed first, so that both have one length and nothing is told by the time it takes. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(sha256(given), sha256(expected));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
