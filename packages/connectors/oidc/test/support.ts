import { readConfig } from '@ostiary/connector-sdk/config';
import type { OidcConfig } from '../src/config.ts';
import { oidc } from '../src/index.ts';

/** A checked configuration for the fake provider. */
export function configOf(options: Readonly<Record<string, unknown>> = {}): Promise<OidcConfig> {
  const base = { issuer: 'https://idp.example', clientID: 'ostiary', clientSecret: 'client-secret-9f2c' };
  return readConfig(oidc.config, { ...base, ...options }, { path: 'config' });
}
