/** What an assertion must say before it is believed (SAML 2.0 Profiles section 4.1.4.3). */
import { trimBlanks } from './blanks.ts';
import { bearer, ns } from './names.ts';
import { refusal } from './refusal.ts';
import {
  attribute,
  children,
  earliest,
  elements,
  exactTextOf,
  is,
  onlyChild,
  optionalChild,
  textOf,
  timeOf,
} from './xml.ts';

/** What is expected of an answer. */
export interface Expected {
  readonly now: Date;
  /** Milliseconds that the clocks of the provider and of this machine may be apart. */
  readonly skewMs: number;
  /** Entity id of the provider; absent: not known, and then the signature alone tells. */
  readonly issuer: string | undefined;
  /** Our entity id. */
  readonly audience: string;
  /** Where the answer was posted to. */
  readonly recipient: string;
  /** The id of the request that this browser began with. */
  readonly inResponseTo: string;
}

/** What a believed assertion says. */
export interface Statement {
  readonly id: string;
  readonly issuer: string;
  /** Our entity id, which it was made for. */
  readonly audience: string;
  /** From then on the assertion would be refused anyway. */
  readonly notOnOrAfter: Date;
  readonly nameId: NameId;
  /** Values as they were signed, every blank included. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly authentication: AuthenticationStatement;
}

/** Whom it is about (SAML 2.0 Core section 2.2.3). A logout must name all of it (section 3.3.4). */
export interface NameId {
  /** As it was signed, every blank included. */
  readonly value: string;
  readonly format?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
}

/** When and how the person logged in at the provider, as far as it says. */
export interface AuthenticationStatement {
  readonly instant?: Date;
  readonly sessionIndex?: string;
  /** When the first of its sessions ends. */
  readonly sessionNotOnOrAfter?: Date;
  readonly contextClass?: string;
}

/**
 * Checks an assertion, whose signature has been checked, and reads it.
 *
 * @throws {OstiaryError} `upstream/protocol` for one that is old, was made for another request, another browser or
 *   another service, or comes from another provider.
 */
export function readAssertion(assertion: Element, expected: Expected): Statement {
  if (attribute(assertion, 'Version') !== '2.0') throw refusal('assertion of another version');
  const id = attribute(assertion, 'ID') ?? '';
  if (id === '') throw refusal('assertion without ID');
  const issuer = textOf(onlyChild(assertion, ns.assertion, 'Issuer'));
  requireEqual('Issuer', issuer, expected.issuer);
  const subject = onlyChild(assertion, ns.assertion, 'Subject');
  const notOnOrAfter = checkConfirmations(subject, expected);
  checkConditions(onlyChild(assertion, ns.assertion, 'Conditions'), expected);
  return {
    id,
    issuer,
    audience: expected.audience,
    notOnOrAfter: new Date(notOnOrAfter.getTime() + expected.skewMs),
    nameId: readNameId(subject),
    attributes: readAttributes(assertion),
    authentication: readAuthentication(assertion, expected),
  };
}

/**
 * One of several confirmations is enough; when none is, the reason of the last one is told.
 *
 * @returns when the last of them ends. Until then the assertion could come again: another one may fit then, or be meant
 *   for another request. Conditions may end it earlier; that is not worth a rule.
 */
function checkConfirmations(subject: Element, expected: Expected): Date {
  const confirmations = children(subject, ns.assertion, 'SubjectConfirmation');
  let last: unknown = refusal('assertion without SubjectConfirmation');
  for (const confirmation of confirmations) {
    try {
      checkConfirmation(confirmation, expected);
      return new Date(Math.max(...confirmations.flatMap(endOf)));
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** When a bearer confirmation ends; nothing for one that confirms nobody here. */
function endOf(confirmation: Element): readonly number[] {
  const data = optionalChild(confirmation, ns.assertion, 'SubjectConfirmationData');
  if (data === undefined || attribute(confirmation, 'Method') !== bearer) return [];
  const end = timeOf(data, 'NotOnOrAfter');
  return end === undefined ? [] : [end.getTime()];
}

function checkConfirmation(confirmation: Element, expected: Expected): void {
  requireEqual('SubjectConfirmation Method', attribute(confirmation, 'Method'), bearer);
  const data = onlyChild(confirmation, ns.assertion, 'SubjectConfirmationData');
  requireEqual('Recipient', attribute(data, 'Recipient'), expected.recipient);
  requireEqual('InResponseTo of the subject', attribute(data, 'InResponseTo'), expected.inResponseTo);
  checkTimes(data, expected);
  if (attribute(data, 'NotOnOrAfter') === undefined) throw refusal('SubjectConfirmationData without NotOnOrAfter');
}

/** Conditions that are known; an assertion with another one must not be believed (SAML 2.0 Core section 2.5.1). */
const knownConditions = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

function checkConditions(conditions: Element, expected: Expected): void {
  checkTimes(conditions, expected);
  for (const condition of elements(conditions)) {
    if (!knownConditions.has(condition.localName) || !is(condition, ns.assertion, condition.localName)) {
      throw refusal('condition that is not known', { condition: condition.nodeName });
    }
  }
  const restrictions = children(conditions, ns.assertion, 'AudienceRestriction');
  if (restrictions.length === 0) throw refusal('assertion without AudienceRestriction');
  for (const restriction of restrictions) {
    const audiences = children(restriction, ns.assertion, 'Audience').map(textOf);
    if (!audiences.includes(expected.audience)) {
      throw refusal('assertion for another audience', { audiences, expected: expected.audience });
    }
  }
}

function checkTimes(element: Element, { now, skewMs }: Expected): void {
  const notBefore = timeOf(element, 'NotBefore');
  const notOnOrAfter = timeOf(element, 'NotOnOrAfter');
  if (notBefore !== undefined && now.getTime() + skewMs < notBefore.getTime()) {
    throw refusal('assertion that is not valid yet; compare the clocks', { notBefore: notBefore.toISOString() });
  }
  if (notOnOrAfter !== undefined && now.getTime() - skewMs >= notOnOrAfter.getTime()) {
    throw refusal('assertion that has expired; compare the clocks', { notOnOrAfter: notOnOrAfter.toISOString() });
  }
}

function readNameId(subject: Element): NameId {
  const element = onlyChild(subject, ns.assertion, 'NameID');
  const value = exactTextOf(element);
  if (trimBlanks(value) === '') throw refusal('NameID that is empty');
  const format = attribute(element, 'Format');
  const nameQualifier = attribute(element, 'NameQualifier');
  const spNameQualifier = attribute(element, 'SPNameQualifier');
  return {
    value,
    ...(format === undefined ? {} : { format }),
    ...(nameQualifier === undefined ? {} : { nameQualifier }),
    ...(spNameQualifier === undefined ? {} : { spNameQualifier }),
  };
}

function readAttributes(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, readonly string[]>();
  for (const statement of children(assertion, ns.assertion, 'AttributeStatement')) {
    for (const element of children(statement, ns.assertion, 'Attribute')) {
      const name = attribute(element, 'Name') ?? '';
      // A value may be a structure (eduPersonTargetedID); nobody asks for those.
      const plain = children(element, ns.assertion, 'AttributeValue').filter((value) => elements(value).length === 0);
      const values = plain.map(exactTextOf);
      all.set(name, [...(all.get(name) ?? []), ...values]);
    }
  }
  return all;
}

/**
 * There must be at least one statement (SAML 2.0 Profiles section 4.1.4.2). The first tells how the person logged in;
 * all of them tell for how long.
 */
function readAuthentication(assertion: Element, { now, skewMs }: Expected): AuthenticationStatement {
  const statements = children(assertion, ns.assertion, 'AuthnStatement');
  const [statement] = statements;
  if (statement === undefined) throw refusal('assertion without AuthnStatement');
  const instant = timeOf(statement, 'AuthnInstant');
  const sessionIndex = attribute(statement, 'SessionIndex');
  const sessionNotOnOrAfter = earliest(statements, 'SessionNotOnOrAfter');
  if (sessionNotOnOrAfter !== undefined && now.getTime() - skewMs >= sessionNotOnOrAfter.getTime()) {
    throw refusal('session of the provider that is over', { ended: sessionNotOnOrAfter.toISOString() });
  }
  const context = optionalChild(statement, ns.assertion, 'AuthnContext');
  const contextClass = context && optionalChild(context, ns.assertion, 'AuthnContextClassRef');
  return {
    ...(instant === undefined ? {} : { instant }),
    ...(sessionIndex === undefined ? {} : { sessionIndex }),
    ...(sessionNotOnOrAfter === undefined ? {} : { sessionNotOnOrAfter }),
    ...(contextClass === undefined ? {} : { contextClass: textOf(contextClass) }),
  };
}

/** @param expected absent: nothing is known to compare with. */
export function requireEqual(what: string, came: string | undefined, expected: string | undefined): void {
  if (expected === undefined || came === expected) return;
  throw refusal(`${what} is another than expected`, { came: came ?? null, expected });
}
