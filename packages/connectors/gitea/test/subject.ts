import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { gitea } from '../src/index.ts';
import { fakeGitea } from './fake-gitea.ts';
import { clientSecret, configOf } from './support.ts';

function upstream(): Upstream {
  const idp = fakeGitea();
  idp.world.pageSize = 50; // as the provider has it
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.world.id = 87_654_321;
    },
    endLogin: () => idp.revoke(),
    setEmailVerified(value) {
      idp.world.verified = value === true;
    },
    setGroups(groups) {
      idp.world.teams = groups.map((name) => ({ org: 'Acme', name }));
    },
  };
}

const config = await configOf({ loadAllGroups: true });

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => gitea.open(config, context),
  upstream,
  secrets: [clientSecret],
};
