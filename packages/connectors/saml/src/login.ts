/** The login: a request to the provider, and what comes back of it. */
import { type ConnectorContext, chooseCallbackUrl, type RedirectLogin } from '@ostiary/connector-sdk';
import { isJsonObject, type Json, OstiaryError } from '@ostiary/primitives';
import { type Algorithms, algorithms } from './algorithms.ts';
import { type Expected, readAssertion, type Statement } from './assertion.ts';
import type { SamlConfig } from './config.ts';
import { identityOf } from './identity.ts';
import { openResponse } from './message.ts';
import { loginRequest } from './outgoing.ts';
import { type Provider, type ProviderSource, providerSource } from './provider.ts';
import { refusal } from './refusal.ts';
import { checkResponse } from './response.ts';
import { type Keys, keysOf, messageId, settingsOf } from './service-provider.ts';
import { isUnverified } from './signature.ts';

/** What login and logout share. */
export interface Parts {
  readonly config: SamlConfig;
  readonly context: ConnectorContext;
  readonly source: ProviderSource;
  readonly keys: Keys;
}

/** Opens what login, logout and metadata share; nothing is read or asked yet. */
export function openParts(config: SamlConfig, context: ConnectorContext): Parts {
  const { log, id: connector } = context;
  if (config.insecureAllowSHA1) log.warn('saml.sha1_allowed', { connector });
  if (config.ssoIssuer === undefined && config.metadataURL === undefined && config.metadataFile === undefined) {
    log.warn('saml.any_issuer', { connector, remedy: 'set ssoIssuer to the entity id of the provider' });
  }
  return { config, context, source: providerSource(config, context), keys: keysOf(config, context) };
}

/** Sends the browser to the provider and reads the response that it posts back. */
export function samlLogin({ config, context, source, keys }: Parts): RedirectLogin {
  const { id: connector, now, random, firstUse } = context;
  const accepted = algorithms({ sha1: config.insecureAllowSHA1 });
  return {
    answeredBy: 'post',
    async begin({ callbackUrl: own, state, forceLogin = false }) {
      const { singleSignOn } = await source.get();
      const callbackUrl = chooseCallbackUrl({ configured: config.redirectURI, callbackUrl: own, id: connector });
      const settings = await settingsOf(config, { callbackUrl, keys });
      const id = messageId(random);
      const request = { id, now: now(), relayState: state, forceAuthn: forceLogin };
      return { ...loginRequest(settings, singleSignOn, request), keep: { id } };
    },
    async finish({ callbackUrl: own, params, keep }) {
      const callbackUrl = chooseCallbackUrl({ configured: config.redirectURI, callbackUrl: own, id: connector });
      const statement = await readAnswer(params.get('SAMLResponse') ?? '', {
        ...{ config, source, keys, accepted },
        expected: { now: now(), skewMs: config.clockSkew, recipient: callbackUrl, inResponseTo: requestIdOf(keep) },
      });
      await useOnce(statement, firstUse);
      return identityOf(statement, config);
    },
  };
}

interface Reading extends Omit<Parts, 'context'> {
  readonly accepted: Algorithms;
  readonly expected: Omit<Expected, 'issuer' | 'audience'>;
}

/** Reads the answer; once more with the certificates of this moment when the provider may have changed its key. */
async function readAnswer(encoded: string, reading: Reading): Promise<Statement> {
  if (encoded === '') throw refusal('callback without SAMLResponse');
  const provider = await reading.source.get();
  try {
    return await readWith(provider, encoded, reading);
  } catch (error) {
    if (!isUnverified(error)) throw error;
    const renewed = await reading.source.renew().catch(() => provider);
    if (sameKeys(renewed, provider)) throw error;
    return readWith(renewed, encoded, reading);
  }
}

function sameKeys(one: Provider, other: Provider): boolean {
  const known = new Set(other.certificates.map(({ fingerprint256 }) => fingerprint256));
  return one.certificates.every(({ fingerprint256 }) => known.has(fingerprint256));
}

async function readWith(provider: Provider, encoded: string, reading: Reading): Promise<Statement> {
  const { config, keys, accepted } = reading;
  const audience = config.entityIssuer ?? reading.expected.recipient;
  const expected = { ...reading.expected, issuer: provider.entityId, audience };
  const { assertion, ...message } = await openResponse(encoded, {
    trust: { certificates: provider.certificates, algorithms: accepted },
    decryptionKeys: keys.decryption,
  });
  checkResponse(message, expected);
  if (assertion === undefined) throw refusal('response without assertion');
  return readAssertion(assertion, expected);
}

function requestIdOf(keep: Json): string {
  const id = isJsonObject(keep) ? keep.id : undefined;
  if (typeof id !== 'string') throw refusal('login without the id of its request');
  return id;
}

/** An assertion logs in once, in whichever browser it comes (SAML 2.0 Profiles section 4.1.4.5). */
async function useOnce({ issuer, id, notOnOrAfter }: Statement, firstUse: ConnectorContext['firstUse']): Promise<void> {
  if (await firstUse(JSON.stringify([issuer, id]), notOnOrAfter)) return;
  const message = 'This login was finished before. Please begin again.';
  throw new OstiaryError('login/expired', message, { detail: { reason: 'assertion that was used before', id } });
}
