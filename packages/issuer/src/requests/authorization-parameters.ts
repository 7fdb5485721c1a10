import type { Parameters } from '../parameters.ts';
import type { IssuerRequest } from '../request.ts';

const names = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'approval_prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'request',
  'request_uri',
  'connector_id',
  'expected_subject',
  'device',
] as const;

/** The parameters of an authorization request, all that are read. Others are dropped (RFC 6749 section 3.1). */
export type AuthorizationParameters = Parameters<(typeof names)[number]>;

/** What was sent of them, a parameter that came twice included, so that the next step refuses what this one would. */
export function sentParameters({ query, form }: IssuerRequest): URLSearchParams {
  const known: ReadonlySet<string> = new Set(names);
  return new URLSearchParams([...query, ...(form ?? [])].filter(([name]) => known.has(name)));
}
