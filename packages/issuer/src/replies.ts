import { errorStatus, type IssuerId, isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { DEVICE, OUT_OF_BAND } from './checks/redirect-uri.ts';
import type { PageProblem } from './page.ts';
import { jsonReply, type Reply, type SetCookie } from './reply.ts';
import type { IssuerRequest } from './request.ts';

/** Where an answer goes: a redirect URI that has been checked, and the client's own `state`. */
export interface AnswerTo {
  readonly redirectUri: string;
  readonly state?: string | undefined;
}

/** The code behind `oauth/`, or `server_error` and friends for failures that are not OAuth's own. */
function oauthErrorCode(error: OstiaryError): string {
  if (error.code.startsWith('oauth/')) return error.code.slice('oauth/'.length);
  if (error.code === 'login/denied' || error.code === 'login/not_allowed') return 'access_denied';
  return errorStatus(error.code) === 503 ? 'temporarily_unavailable' : 'server_error';
}

/** What every answer to an authorization request needs besides. */
export interface AnswerFrom {
  readonly issuer: IssuerId;
  readonly cookies?: readonly SetCookie[];
}

const LONGEST_DESCRIPTION = 250;

/** What strangers read instead of a message that is not for them. */
const NEUTRAL_MESSAGE = 'The server failed to answer.';

/**
 * A message as `error_description` may be: printable ASCII without quotes and backslashes (RFC 6749 sections 4.1.2.1 and
 * 5.2), and short, because a part of it may be what a stranger sent, and it has to fit into a header. Of faults of ours
 * it tells no more than {@link errorPage}: those messages are for operators, and name files and settings.
 */
function description(error: OstiaryError): string {
  const message = problemOf(error) === 'internal' ? NEUTRAL_MESSAGE : error.message;
  const text = message.replaceAll('"', "'").replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, '?');
  return text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION)}...` : text;
}

/** An authorization code: for the client, or, out of band, for the person to copy. */
export function codeToClient(code: string, destination: AnswerTo, from: AnswerFrom): Reply {
  if (destination.redirectUri !== OUT_OF_BAND) return redirectToClient({ code }, destination, from);
  return { kind: 'page', status: 200, page: { name: 'code', code }, cookies: from.cookies ?? [] };
}

/** An error of an authorization request: for the client, or, where nobody else is to be reached, for the person. */
export function errorToClient(
  error: unknown,
  destination: AnswerTo,
  from: AnswerFrom & { readonly request: IssuerRequest; readonly retryUrl?: string },
): Reply {
  const known = asOstiaryError(error);
  if (destination.redirectUri !== OUT_OF_BAND && destination.redirectUri !== DEVICE) {
    return redirectToClient({ error: oauthErrorCode(known), error_description: description(known) }, destination, from);
  }
  return { ...errorPage(known, from.request, from.retryUrl), cookies: from.cookies ?? [] };
}

/** An answer at the client's redirect URI: its own query stays, ours is added, `state` and `iss` (RFC 9207) with it. */
function redirectToClient(
  answer: Readonly<Record<string, string>>,
  { redirectUri, state }: AnswerTo,
  { issuer, cookies = [] }: AnswerFrom,
): Reply {
  const added = { ...answer, ...(state === undefined ? {} : { state }), iss: issuer };
  return { kind: 'redirect', status: 303, location: withQuery(redirectUri, added), cookies };
}

/** A URI of a client with more parameters, in front of a fragment; not one sign of it is changed. */
export function withQuery(uri: string, parameters: Readonly<Record<string, string>>): string {
  const added = new URLSearchParams(parameters).toString();
  if (added === '') return uri;
  const [address = ''] = uri.split('#', 1);
  const separator = address.includes('?') ? (/[?&]$/.test(address) ? '' : '&') : '?';
  return address + separator + added + uri.slice(address.length);
}

/** An error as a program expects it (RFC 6749 section 5.2). */
export function errorToProgram(error: OstiaryError): Reply {
  const status = errorStatus(error.code);
  return jsonReply(
    status,
    { error: oauthErrorCode(error), error_description: description(error) },
    {
      // RFC 9110 section 15.5.2 wants it in every 401, RFC 6749 section 5.2 when the header was used.
      ...(error.code === 'oauth/invalid_client' ? { 'www-authenticate': 'Basic realm="token", charset="UTF-8"' } : {}),
      ...whenToRetry(status),
    },
  );
}

/** Programs obey it, and so do the crawlers and monitors that are given pages. */
const whenToRetry = (status: number): Readonly<Record<string, string>> =>
  status === 503 ? { 'retry-after': '5' } : {};

const pageOf: { readonly [code: string]: PageProblem } = {
  'login/not_allowed': 'not_allowed',
  'login/denied': 'login_denied',
  'login/expired': 'login_expired',
  'upstream/unavailable': 'connector_unavailable',
  'upstream/protocol': 'login_failed',
  'storage/unavailable': 'temporarily_unavailable',
  'storage/conflict': 'temporarily_unavailable',
  'keys/unavailable': 'temporarily_unavailable',
  'oauth/server_error': 'internal',
};

function problemOf({ code, detail }: OstiaryError): PageProblem {
  if (typeof detail.page === 'string') return detail.page as PageProblem; // put there by our own code
  return pageOf[code] ?? (code.startsWith('oauth/') ? 'bad_request' : 'internal');
}

/** An error as a person can read it. The message is shown only for codes whose messages are written for strangers. */
export function errorPage(error: OstiaryError, request: IssuerRequest, retryUrl?: string): Reply {
  const problem = problemOf(error);
  const status = errorStatus(error.code);
  return {
    kind: 'page',
    status,
    headers: whenToRetry(status),
    page: {
      name: 'error',
      problem,
      ...(problem === 'internal' ? {} : { message: error.message }),
      requestId: request.requestId,
      ...(retryUrl === undefined ? {} : { retryUrl }),
    },
  };
}

/** Anything thrown, as an error of ours; what is not one is a bug and keeps its text to the log. */
export function asOstiaryError(error: unknown): OstiaryError {
  if (isOstiaryError(error)) return error;
  return new OstiaryError('oauth/server_error', NEUTRAL_MESSAGE, { cause: error });
}
