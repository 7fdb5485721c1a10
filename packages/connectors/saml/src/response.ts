/** What the message around an assertion must say (SAML 2.0 Core section 3.2.2, Bindings section 3.5.5.2). */
import { OstiaryError } from '@ostiary/primitives';
import { type Expected, requireEqual } from './assertion.ts';
import type { OpenedResponse } from './message.ts';
import { ns, statusPrefix } from './names.ts';
import { refusal } from './refusal.ts';
import { attribute, onlyChild, optionalChild, textOf } from './xml.ts';

/**
 * Checks the message. Where only the assertion is signed, nothing here speaks for a login; it may still speak against
 * one.
 *
 * @throws {OstiaryError} `login/denied` when the provider or the person said no; `login/expired` for an answer that
 *   belongs to no login of this browser; `upstream/protocol` for the rest.
 */
export function checkResponse({ response, isSigned }: Omit<OpenedResponse, 'assertion'>, expected: Expected): void {
  if (attribute(response, 'Version') !== '2.0') throw refusal('response of another version');
  const destination = attribute(response, 'Destination');
  if (isSigned || destination !== undefined) requireEqual('Destination', destination, expected.recipient);
  checkInResponseTo(attribute(response, 'InResponseTo'), expected.inResponseTo);
  const issuer = optionalChild(response, ns.assertion, 'Issuer');
  if (issuer !== undefined) requireEqual('Issuer of the response', textOf(issuer), expected.issuer);
  checkStatus(onlyChild(response, ns.protocol, 'Status'));
}

function checkInResponseTo(came: string | undefined, expected: string): void {
  if (came === expected) return;
  const message =
    came === undefined
      ? 'This login began at the identity provider. Begin at the application you want to use.'
      : 'This login was finished, took too long, or began in another window. Please begin again.';
  const reason = 'InResponseTo of the response is another than expected';
  throw new OstiaryError('login/expired', message, { detail: { reason, came: came ?? null, expected } });
}

/** Second-level codes that mean no, rather than that something is broken (SAML 2.0 Core section 3.2.2.2). */
const refusals = new Set(['AuthnFailed', 'RequestDenied', 'NoPassive', 'UnknownPrincipal']);

function checkStatus(status: Element): void {
  const top = onlyChild(status, ns.protocol, 'StatusCode');
  const code = attribute(top, 'Value') ?? '';
  if (code === `${statusPrefix}Success`) return;
  const second = optionalChild(top, ns.protocol, 'StatusCode');
  const why = second === undefined ? '' : (attribute(second, 'Value') ?? '');
  const message = optionalChild(status, ns.protocol, 'StatusMessage');
  const detail = { status: code, second: why, message: message === undefined ? '' : textOf(message) };
  if (why.startsWith(statusPrefix) && refusals.has(why.slice(statusPrefix.length))) {
    throw new OstiaryError('login/denied', 'The identity provider declined the login.', { detail });
  }
  throw refusal('status of a failure', detail);
}
