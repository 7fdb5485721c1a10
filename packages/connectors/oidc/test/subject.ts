import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { fakeIdp } from '@ostiary/connector-sdk/testing';
import type { Clock } from '@ostiary/primitives';
import { oidc } from '../src/index.ts';
import { configOf } from './support.ts';

const clientSecret = 'client-secret-9f2c';

async function upstream(now: Clock): Promise<Upstream> {
  const idp = await fakeIdp({ now, clientSecret });
  const claim = (name: string, value: unknown): void => {
    const { [name]: _old, ...rest } = idp.person.idToken;
    idp.person.idToken = value === undefined ? rest : { ...rest, [name]: value };
  };
  return {
    fetch: idp.fetch,
    visit: (step) => idp.visit(urlOf(step)),
    decline: (step) => idp.decline(urlOf(step), 'access_denied'),
    secrets: () => idp.issued,
    becomeSomebodyElse() {
      idp.person.sub = 'somebody-else';
    },
    endLogin() {
      idp.lies.refreshToken = 'revoked';
    },
    setEmailVerified: (value) => claim('email_verified', value),
    setGroups: (groups) => claim('groups', groups),
    exchangeToken: async () => ({ token: await idp.idToken(), type: 'urn:ietf:params:oauth:token-type:id_token' }),
    foreignToken: async () => ({
      token: await idp.idToken({ aud: 'another-app' }),
      type: 'urn:ietf:params:oauth:token-type:id_token',
    }),
  };
}

function urlOf(step: Parameters<NonNullable<Upstream['visit']>>[0]): string {
  if (step.kind !== 'redirect') throw new Error('an OpenID provider is reached by a redirect');
  return step.url;
}

const config = await configOf({ clientSecret, insecureEnableGroups: true });

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => oidc.open(config, context),
  upstream,
  secrets: [clientSecret],
};
