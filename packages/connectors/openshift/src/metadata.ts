/** Where the OAuth server of a cluster is; the API server tells. */
import { type ConnectorContext, healing } from '@ostiary/connector-sdk';
import { answering, type OAuthServer, unbelievable } from '@ostiary/connector-sdk/oauth2';
import type { Fetch } from '@ostiary/primitives';
import { z } from 'zod';

const hour = 3_600_000;

const https = z.url({ protocol: /^https$/u });
const document = z.object({ authorization_endpoint: https, token_endpoint: https });

/** Answers the endpoints. They are fetched when first needed, and again every hour; a failure is not remembered. */
export function oauthServerOf(
  issuer: string,
  { fetch, now, log }: Pick<ConnectorContext, 'now' | 'log'> & { readonly fetch: Fetch },
): () => Promise<OAuthServer> {
  const metadata = healing({
    load: () => readMetadata(issuer, fetch),
    now,
    maxAgeMs: hour,
    staleMs: 23 * hour,
    onStale: () => log.warn('provider.discovery_stale', { issuer }),
  });
  return () => metadata.get();
}

async function readMetadata(issuer: string, fetch: Fetch): Promise<OAuthServer> {
  const url = `${issuer}/.well-known/oauth-authorization-server`;
  const response = await answering(fetch)(url, { headers: { accept: 'application/json' } });
  const text = await response.text();
  if (response.status !== 200) throw unbelievable({ reason: 'discovery document', status: response.status, issuer });
  const found = document.safeParse(parse(text));
  if (!found.success) throw unbelievable({ reason: 'discovery document', issuer });
  const { authorization_endpoint: authorizationEndpoint, token_endpoint: tokenEndpoint } = found.data;
  return { authorizationEndpoint, tokenEndpoint };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
