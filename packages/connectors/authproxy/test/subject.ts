import type { ConformanceSubject } from '@ostiary/connector-sdk/conformance';
import type { Fetch } from '@ostiary/primitives';
import { authproxy } from '../src/index.ts';
import { configOf } from './support.ts';

const sharedSecret = 'shared-secret-5d1e';
const nobody: Fetch = async () => {
  throw new Error('an authenticating proxy is asked nothing');
};

function upstream() {
  let groups: readonly string[] = ['admins'];
  return {
    fetch: nobody,
    visit: () => new URLSearchParams({ state: 'state-of-the-rule' }),
    headers: () =>
      new Headers({ 'x-remote-user': 'jane', 'x-remote-group': groups.join(','), 'x-remote-secret': sharedSecret }),
    // The proxy says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(names: readonly string[]) {
      groups = names;
    },
  };
}

const config = await configOf({ sharedSecret });

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => authproxy.open(config, context),
  upstream,
  secrets: [sharedSecret],
  offline: 'it asks nobody',
};
