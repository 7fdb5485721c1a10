import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { openshift } from '../src/index.ts';
import { fakeOpenShift } from './fake-openshift.ts';
import { clientSecret, configOf } from './support.ts';

function upstream(): Upstream {
  const idp = fakeOpenShift();
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.world.uid = '99999999-1111-2222-3333-444455556666';
    },
    endLogin: () => idp.revoke(),
    // The API says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(groups) {
      idp.world.groups = groups;
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => openshift.open(config, context),
  upstream,
  secrets: [clientSecret],
};
