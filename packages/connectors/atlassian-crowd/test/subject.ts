import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { atlassianCrowd } from '../src/index.ts';
import { fakeCrowd } from './fake-crowd.ts';
import { clientSecret, configOf } from './support.ts';

function upstream(): Upstream {
  const { world, fetch } = fakeCrowd();
  return {
    fetch,
    account: { username: world.name, password: world.password },
    becomeSomebodyElse() {
      world.key = '32769:other';
    },
    endLogin() {
      world.active = false;
    },
    // Crowd says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(groups) {
      world.groups = groups;
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => atlassianCrowd.open(config, context),
  upstream,
  secrets: [clientSecret],
};
