import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { bitbucketCloud } from '../src/index.ts';
import { fakeBitbucket } from './fake-bitbucket.ts';
import { clientSecret, configOf } from './support.ts';

function upstream(): Upstream {
  const idp = fakeBitbucket();
  idp.world.pageSize = 100; // as the provider has it
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.world.uuid = '{00000000-0b1f-4d0e-9d0b-6a5d3b1c2a10}';
    },
    endLogin: () => idp.revoke(),
    setEmailVerified(value) {
      idp.world.emails = [{ email: 'jane@example.com', is_primary: true, is_confirmed: value === true }];
    },
    setGroups(groups) {
      idp.world.workspaces = Object.fromEntries(groups.map((slug) => [slug, 'member']));
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => bitbucketCloud.open(config, context),
  upstream,
  secrets: [clientSecret],
};
