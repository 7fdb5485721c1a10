import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { templateName } from '../src/index.ts';
import { clientSecret, configOf, fakeProvider } from './support.ts';

function upstream(): Upstream {
  const provider = fakeProvider();
  return {
    ...playedUpstream(provider),
    becomeSomebodyElse() {
      provider.user.id = 18;
    },
    endLogin: () => provider.revoke(),
    // The provider says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(groups) {
      provider.user.groups = groups;
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => templateName.open(config, context),
  upstream,
  secrets: [clientSecret],
};
