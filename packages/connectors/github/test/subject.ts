import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { github } from '../src/index.ts';
import { fakeGitHub } from './fake-github.ts';
import { clientSecret, configOf } from './support.ts';

function upstream(): Upstream {
  const idp = fakeGitHub();
  idp.world.pageSize = 100; // as the provider has it
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.world.id = 87_654_321;
    },
    endLogin: () => idp.revoke(),
    setEmailVerified(value) {
      const verified = value === true;
      idp.world.emails = [{ email: 'jane@example.com', primary: true, verified }];
      idp.world.publicEmail = 'jane@example.com';
    },
    setGroups(groups) {
      idp.world.teams = groups.map((name) => ({ org: 'acme', name, slug: name }));
    },
  };
}

const config = await configOf({ orgs: [{ name: 'acme' }] });

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => github.open(config, context),
  upstream,
  secrets: [clientSecret],
};
