import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { endSessionUrl } from './end-session.ts';

describe('endSessionUrl', () => {
  const request = { clientId: 'c', returnUrl: 'https://issuer.example/out', state: 's' };

  it('carries what the provider needs, and keeps the query it has', () => {
    const server = { issuer: 'https://idp.example', end_session_endpoint: 'https://idp.example/out?x=1' };
    const url = endSessionUrl({ server, ...request, idToken: new Secret('jwt') });
    expect(Object.fromEntries(new URL(url ?? '').searchParams)).toEqual({
      x: '1',
      post_logout_redirect_uri: request.returnUrl,
      client_id: 'c',
      state: 's',
      id_token_hint: 'jwt',
    });
  });

  it('is absent when the provider has no logout', () => {
    expect(endSessionUrl({ server: { issuer: 'https://idp.example' }, ...request })).toBeUndefined();
  });
});
