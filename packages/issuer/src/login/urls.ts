import { issuerPath, issuerUrl } from '@ostiary/primitives';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';
import { type AuthorizationRequest, isForDevice } from '../requests/authorization-request.ts';
import { sealUserCode } from '../requests/device-parameter.ts';
import { sealSubject } from '../requests/expected-subject.ts';

/** A path of ours with a query, for redirects and forms inside one login. */
export function localUrl(
  context: Pick<IssuerContext, 'issuer'>,
  path: `/${string}`,
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(query).toString();
  return issuerPath(context.issuer) + path + (search === '' ? '' : `?${search}`);
}

/** Where a provider sends the browser back to: its own callback, or the one that was registered for Dex. */
export function callbackUrl(context: Pick<IssuerContext, 'issuer'>, entry: ConnectorEntry): string {
  return entry.callbackUrl ?? issuerUrl(context.issuer, `/callback/${encodeURIComponent(entry.id)}`);
}

/** Where a person goes on who has typed the code of a device. */
export async function deviceLoginUrl(
  userCode: string,
  context: IssuerContext,
  prompt: AuthorizationRequest['prompt'] = [],
): Promise<string> {
  return localUrl(context, '/auth', { device: await sealUserCode(userCode, context), ...promptIn({ prompt }) });
}

const promptIn = ({ prompt }: Pick<AuthorizationRequest, 'prompt'>): { readonly prompt?: string } =>
  prompt.length === 0 ? {} : { prompt: prompt.join(' ') };

/** The authorization request again, to begin anew after a failure or to choose another connector. */
export async function restartUrl(context: IssuerContext, request: AuthorizationRequest): Promise<string> {
  if (isForDevice(request)) return deviceLoginUrl(request.state ?? '', context, request.prompt);
  const { codeChallenge, expectedSubject } = request;
  const optional = {
    state: request.state,
    nonce: request.nonce,
    code_challenge: codeChallenge?.challenge,
    code_challenge_method: codeChallenge?.method,
    login_hint: request.loginHint,
    max_age: request.maxAge?.toString(),
    expected_subject: expectedSubject === undefined ? undefined : await sealSubject(expectedSubject, context),
  };
  const present = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return localUrl(context, '/auth', {
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope: request.scopes.join(' '),
    ...Object.fromEntries(present),
    ...promptIn(request),
  });
}
