import type { LoginStep } from '@ostiary/connector-sdk';
import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import type { Fetch } from '@ostiary/primitives';
import { saml } from '../src/index.ts';
import { makeKeyPair } from './certificates.ts';
import { entity, fromMetadata } from './metadata.ts';
import { encode, goodAnswer, responseXml, sign } from './provider.ts';
import { configOf, idp, requestOf } from './support.ts';

const own = await makeKeyPair();
const secretPart = own.key.split('\n')[3] ?? '';
const metadataURL = 'https://idp.example/metadata';
const provider: Fetch = async (input) => {
  const { url } = new Request(input);
  if (url !== metadataURL) throw new Error(`nobody lives at ${url}`);
  return new Response(entity());
};

function upstream(): Upstream {
  let groups: readonly string[] = ['dev'];
  const post = (step: LoginStep, xml: string) => {
    const state = step.kind === 'form' ? (step.fields.RelayState ?? '') : '';
    return new URLSearchParams({ RelayState: state, SAMLResponse: encode(xml) });
  };
  const idOf = (step: LoginStep) => / ID="([^"]+)"/u.exec(requestOf(step))?.[1] ?? '';
  return {
    fetch: provider,
    visit(step) {
      const id = idOf(step);
      const attributes = { mail: ['jane@example.com'], name: ['Jane'], groups };
      return post(step, sign(responseXml(goodAnswer(id, { id: `_a${id}`, attributes })), idp));
    },
    decline(step) {
      const answer = {
        ...goodAnswer(idOf(step)),
        status: 'Responder',
        secondStatus: 'AuthnFailed',
        assertion: undefined,
      };
      return post(step, responseXml(answer));
    },
    // SAML says nothing of addresses, whatever the value; the rule then sees that none counts as verified.
    setEmailVerified: () => undefined,
    setGroups(names) {
      groups = names;
    },
  };
}

const config = await configOf({
  ...fromMetadata,
  metadataURL,
  signingKey: '/sp.key',
  signingCert: '/sp.pem',
  sloURL: 'https://idp.example/slo',
});

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) => saml.open(config, context),
  upstream,
  secrets: [secretPart],
  // Down, overloaded and answering nonsense is tested in src/provider.test.ts.
  offline: 'it asks for metadata only, and keeps them',
  files: { '/sp.key': own.key, '/sp.pem': own.certificate },
};
