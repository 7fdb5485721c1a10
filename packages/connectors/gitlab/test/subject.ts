import type { ConformanceSubject, Subject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import { gitlab } from '../src/index.ts';
import { type FakeGitLab, fakeGitLab } from './fake-gitlab.ts';
import { clientSecret, configOf, opened } from './support.ts';

const type = 'urn:ietf:params:oauth:token-type:access_token';

/** An access token, as some application got it by a login. */
async function accessToken(idp: FakeGitLab): Promise<Subject> {
  await (await opened(idp)).login();
  return { type, token: idp.issued.findLast((token) => token.startsWith('access-')) ?? '' };
}

function upstream(): Upstream {
  const idp = fakeGitLab();
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.world.id = 87_654_321;
    },
    endLogin: () => idp.revoke(),
    setEmailVerified(value) {
      idp.world.confirmed = value === true;
    },
    setGroups(groups) {
      idp.world.direct = Object.fromEntries(groups.map((name) => [name, 30]));
    },
    exchangeToken: () => accessToken(idp),
    foreignToken() {
      idp.world.application = 'another-app';
      return accessToken(idp);
    },
  };
}

const config = await configOf();

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => gitlab.open(config, context),
  upstream,
  secrets: [clientSecret],
};
