import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { oauth2 } from '../src/index.ts';
import { clientSecret, configOf, fakeProvider } from './support.ts';

function upstream(): Upstream {
  const idp = fakeProvider();
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.claims.id = 'joe-1';
    },
    endLogin: () => idp.revoke(),
    setEmailVerified(value) {
      idp.claims.email_verified = value;
    },
    setGroups(groups) {
      idp.claims.groups = groups;
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => oauth2.open(config, context),
  upstream,
  secrets: [clientSecret],
};
