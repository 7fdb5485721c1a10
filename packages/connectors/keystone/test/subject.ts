import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { keystone } from '../src/index.ts';
import { adminPassword, fakeKeystone } from './fake-keystone.ts';
import { configOf } from './support.ts';

function upstream(): Upstream {
  const { world, fetch, issued } = fakeKeystone();
  return {
    fetch,
    secrets: () => issued,
    account: { username: world.name, password: world.password },
    becomeSomebodyElse() {
      world.answersAbout = '00000000000000000000000000000000';
    },
    endLogin() {
      world.enabled = false;
    },
    // Keystone says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(groups) {
      world.groups = groups;
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => keystone.open(config, context),
  upstream,
  secrets: [adminPassword],
};
