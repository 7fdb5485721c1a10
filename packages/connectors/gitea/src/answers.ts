/** What the REST API answers, as far as it is read. */
import { z } from 'zod';

const name = z.string().min(1);

/** An account. */
export interface User {
  readonly id: number;
  readonly login: string;
  readonly full_name?: string | undefined;
  readonly email?: string | undefined;
  readonly active?: boolean | undefined;
  readonly prohibit_login?: boolean | undefined;
}

/** `GET /api/v1/user`. The whole of it is for the operator's rules, so what is not read here stays in. */
export const user: z.ZodType<User> = z.looseObject({
  id: z.int().positive(),
  login: name,
  full_name: z.string().optional(),
  email: z.string().optional(),
  active: z.boolean().optional(),
  prohibit_login: z.boolean().optional(),
});

/** `GET /api/v1/user/emails` */
export const emails: z.ZodType<{ readonly email: string; readonly verified: boolean }[]> = z.array(
  z.object({ email: name, verified: z.boolean() }),
);

/** A team, and the organization it belongs to. */
export interface Team {
  readonly name: string;
  readonly organization?:
    | { readonly username?: string | undefined; readonly name?: string | undefined }
    | null
    | undefined;
}

/** `GET /api/v1/user/teams` */
export const teams: z.ZodType<Team[]> = z.array(
  z.object({
    name,
    organization: z.object({ username: z.string().optional(), name: z.string().optional() }).nullish(),
  }),
);
