/** Who an access token belongs to. */
import { openApi } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import type { Fetch } from '@ostiary/primitives';
import { z } from 'zod';

/** `GET /v2/userinfo`. The whole of it is for the operator's rules, so what is not read here stays in. */
const userInfo = z.looseObject({
  sub: z.string().min(1),
  name: z.string().optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.unknown(),
});

/**
 * Asks LinkedIn. The user id is the id of the member as this application sees it.
 *
 * @throws {OstiaryError} as `openApi` says.
 */
export async function identify({ accessToken }: AccountQuestion, fetch: Fetch): Promise<Account> {
  const api = openApi({ fetch, baseUrl: 'https://api.linkedin.com', accessToken });
  const member = await api.get('/v2/userinfo', userInfo);
  const { sub, email } = member;
  const joined = [member.given_name, member.family_name].filter(Boolean).join(' ');
  return {
    userId: sub,
    username: member.name || joined || email || '',
    ...(email ? { email: { address: email, verified: member.email_verified === true } } : {}),
    groups: [],
    claims: { ...member },
  };
}
