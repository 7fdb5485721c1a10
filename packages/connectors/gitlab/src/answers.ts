/** What the REST API and userinfo answer, as far as it is read. */
import { z } from 'zod';

const id = z.int().positive();
const path = z.string().min(1);

/** An account. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  /** When the address was confirmed. */
  readonly confirmed_at?: string | null | undefined;
  readonly state?: string | undefined;
}

/** `GET /api/v4/user`. The whole of it is for the operator's rules, so what is not read here stays in. */
export const user: z.ZodType<User> = z.looseObject({
  id,
  username: path,
  name: z.string().nullish(),
  email: z.string().nullish(),
  confirmed_at: z.string().nullish(),
  state: z.string().optional(),
});

/** Groups by the role that the account has in them, from the highest. */
export const rolesInUserInfo = ['owner', 'maintainer', 'developer'] as const;

/** The groups of an account, and those in which it has a role. */
export interface UserInfo {
  readonly groups: readonly string[];
  readonly byRole: Readonly<Record<(typeof rolesInUserInfo)[number], readonly string[]>>;
}

const paths = z.array(path).default([]);

/** `GET /oauth/userinfo` */
export const userInfo: z.ZodType<UserInfo> = z
  .object({
    groups: paths,
    'https://gitlab.org/claims/groups/owner': paths,
    'https://gitlab.org/claims/groups/maintainer': paths,
    'https://gitlab.org/claims/groups/developer': paths,
  })
  .transform((claims) => ({
    groups: claims.groups,
    byRole: {
      owner: claims['https://gitlab.org/claims/groups/owner'],
      maintainer: claims['https://gitlab.org/claims/groups/maintainer'],
      developer: claims['https://gitlab.org/claims/groups/developer'],
    },
  }));

/** A group. */
export interface Group {
  readonly id: number;
  readonly full_path: string;
}

/** `GET /api/v4/groups` */
export const groups: z.ZodType<Group[]> = z.array(z.object({ id, full_path: path }));

/** `GET /api/v4/groups/{id}/members/all/{user_id}` */
export const member: z.ZodType<{ readonly access_level: number }> = z.object({ access_level: z.int() });

/** `GET /oauth/token/info`: whose application a token was issued to. */
export const tokenInfo: z.ZodType<{ readonly application?: { readonly uid: string } | null | undefined }> = z.object({
  application: z.object({ uid: z.string().min(1) }).nullish(),
});
