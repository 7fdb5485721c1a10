import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import type { Clock } from '@ostiary/primitives';
import { okta } from '../src/index.ts';
import { clientSecret, configOf, fakeOkta } from './support.ts';

async function upstream(now: Clock): Promise<Upstream> {
  const idp = await fakeOkta(now);
  const claim = (name: string, value: unknown): void => {
    const { [name]: _old, ...rest } = idp.person.userInfo;
    idp.person.userInfo = value === undefined ? rest : { ...rest, [name]: value };
  };
  return {
    ...playedUpstream({ ...idp, decline: (url) => idp.decline(url, 'access_denied') }),
    becomeSomebodyElse() {
      idp.person.sub = 'somebody-else';
    },
    endLogin() {
      idp.lies.refreshToken = 'revoked';
    },
    setEmailVerified: (value) => claim('email_verified', value),
    setGroups: (groups) => claim('groups', groups),
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => okta.open(config, context),
  upstream,
  secrets: [clientSecret],
};
