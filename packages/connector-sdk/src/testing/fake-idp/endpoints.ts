/** The four endpoints that a client calls: discovery, keys, token, userinfo. */
import { clientMethod, redeemable } from '../client-checks.ts';
import type { FakeIdpState, Grant } from './fake-idp.ts';
import { type Endpoint, over, standIn } from './lies.ts';

const paths: Readonly<Record<string, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/jwks': 'jwks',
  '/token': 'token',
  '/userinfo': 'userinfo',
};

type Handler = (state: FakeIdpState, request: Request) => Response | Promise<Response>;

const handlers: Readonly<Record<Endpoint, Handler>> = {
  discovery: (state) => Response.json(over(metadata(state), state.lies.discovery)),
  jwks: (state) => Response.json({ keys: [...(state.lies.otherKeys ?? []), ...state.signer.publicKeys()] }),
  token: answerToken,
  userinfo: answerUserInfo,
};

export function endpoints(state: FakeIdpState): (request: Request) => Promise<Response> {
  const base = state.options.issuer.replace(/\/$/u, '');
  return async (request) => {
    const endpoint = request.url.startsWith(base)
      ? paths[new URL(request.url.slice(base.length), base).pathname]
      : undefined;
    if (endpoint === undefined) throw new Error(`fakeIdp: nothing is at ${request.method} ${request.url}`);
    const lie = state.lies.answers[endpoint];
    return lie === undefined ? handlers[endpoint](state, request) : standIn(lie);
  };
}

function metadata({ options, signer }: FakeIdpState): Record<string, unknown> {
  const base = options.issuer.replace(/\/$/u, '');
  return {
    issuer: options.issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/jwks`,
    userinfo_endpoint: `${base}/userinfo`,
    end_session_endpoint: `${base}/logout`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [signer.algorithm],
    code_challenge_methods_supported: ['S256', 'plain'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    authorization_response_iss_parameter_supported: true,
  };
}

const oauthError = (error: string, status = 400): Response => Response.json({ error }, { status });

async function answerToken(state: FakeIdpState, request: Request): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  if (clientMethod(request, form, state.options) === undefined) return oauthError('invalid_client', 401);
  if (state.lies.tokenError !== undefined) return oauthError(state.lies.tokenError);
  const grant = state.grants.get(form.get('code') ?? form.get('refresh_token') ?? '');
  if (grant === undefined || grant.used) return oauthError('invalid_grant');
  if (grant.kind === 'code') {
    grant.used = true;
    return redeemable(grant.request, form)
      ? answerTokens(state, grant, grant.request.get('nonce'))
      : oauthError('invalid_grant');
  }
  if (state.lies.refreshToken === 'revoked') return oauthError('invalid_grant');
  if (state.lies.refreshToken === 'rotates') grant.used = true;
  return answerTokens(state, grant, null);
}

async function answerTokens(state: FakeIdpState, grant: Grant, nonce: string | null): Promise<Response> {
  const { lies } = state;
  const next = (kind: Grant['kind']): string => state.issue({ kind, request: grant.request, used: false });
  const renews = lies.refreshToken === 'rotates' || (lies.refreshToken === 'stays' && grant.kind === 'code');
  return Response.json({
    access_token: next('access'),
    token_type: 'Bearer',
    expires_in: 300,
    ...(renews ? { refresh_token: next('refresh') } : {}),
    ...(lies.withoutIdToken === true ? {} : { id_token: await state.idToken(nonce) }),
  });
}

async function answerUserInfo(state: FakeIdpState, request: Request): Promise<Response> {
  const [, token = ''] = /^Bearer (.+)$/u.exec(request.headers.get('authorization') ?? '') ?? [];
  if (state.grants.get(token)?.kind !== 'access') {
    return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  }
  const claims = over({ sub: state.person.sub, ...state.person.userInfo }, state.lies.userInfo);
  if (state.lies.signedUserInfo !== true) return Response.json(claims);
  const { issuer: iss, clientId: aud } = state.options;
  const signed = await state.signer.sign(over({ iss, aud, ...claims }, state.lies.userInfo), state.lies);
  return new Response(signed, { headers: { 'content-type': 'application/jwt' } });
}
