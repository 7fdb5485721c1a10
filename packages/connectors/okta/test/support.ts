import { readConfig } from '@ostiary/connector-sdk/config';
import { type FakeIdp, fakeIdp, type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { Clock } from '@ostiary/primitives';
import type { OktaConfig } from '../src/config.ts';
import { okta } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { orgURL: 'https://example.okta.com/', authorizationServer: 'default', clientID: 'ostiary', clientSecret };

/** A provider in memory, whose userinfo knows all, and whose ID tokens are as thin as Okta's. */
export async function fakeOkta(
  now: Clock = () => new Date('2030-01-01T00:00:00Z'),
  issuer = 'https://example.okta.com/oauth2/default',
): Promise<FakeIdp> {
  const idp = await fakeIdp({ issuer, now, clientSecret });
  idp.person.userInfo = idp.person.idToken;
  idp.person.idToken = { name: 'Jane Doe', preferred_username: 'jane@example.com' };
  return idp;
}

/** A checked configuration for the played Okta. */
export const configOf = (options: Options = {}): Promise<OktaConfig> =>
  readConfig(okta.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played Okta. */
export const opened = (idp: FakeIdp, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(okta, idp, { options: { ...base, ...options } });
