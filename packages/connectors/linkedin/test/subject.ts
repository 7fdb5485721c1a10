import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { linkedin } from '../src/index.ts';
import { fakeLinkedIn } from './fake-linkedin.ts';
import { clientSecret, configOf } from './support.ts';

function upstream(): Upstream {
  const idp = fakeLinkedIn();
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.member.sub = 'somebody-else';
    },
    endLogin: () => idp.revoke(),
    setEmailVerified(value) {
      idp.member.email_verified = value;
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => linkedin.open(config, context),
  upstream,
  secrets: [clientSecret],
};
