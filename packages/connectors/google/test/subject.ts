import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { playedUpstream } from '@ostiary/connector-sdk/testing';
import type { Clock } from '@ostiary/primitives';
import { google } from '../src/index.ts';
import { fakeGoogle, keyFile } from './fake-google.ts';
import { clientSecret, configOf, withDirectory } from './support.ts';

async function upstream(now: Clock): Promise<Upstream> {
  const idp = await fakeGoogle(now);
  idp.world.pageSize = 200; // as the provider has it
  return {
    ...playedUpstream(idp),
    becomeSomebodyElse() {
      idp.person.sub = '998877';
    },
    endLogin() {
      idp.lies.refreshToken = 'revoked';
    },
    setEmailVerified(value) {
      const { email_verified: _old, ...claims } = idp.person.idToken;
      idp.person.idToken = value === undefined ? claims : { ...claims, email_verified: value };
    },
    setGroups(groups) {
      idp.world.memberships[idp.person.sub] = groups;
    },
  };
}

const config = await configOf(withDirectory);

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => google.open(config, context),
  upstream,
  secrets: [clientSecret, String(JSON.parse(keyFile).private_key)],
  files: { '/key.json': keyFile },
};
