import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { microsoft } from '../src/index.ts';
import { fakeMicrosoft } from './fake-microsoft.ts';
import { clientSecret, configOf, tenant } from './support.ts';

function upstream(): Upstream {
  const idp = fakeMicrosoft(tenant);
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.world.user = { ...idp.world.user, id: '00000000-2222-3333-4444-555555555555' };
    },
    endLogin: () => idp.revoke(),
    // Graph says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(groups) {
      idp.world.groups = groups.map((displayName, index) => ({ id: `id-${index}`, displayName }));
    },
  };
}

const config = await configOf({ tenant });

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => microsoft.open(config, context),
  upstream,
  secrets: [clientSecret],
};
