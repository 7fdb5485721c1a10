/** What the REST API answers, as far as it is read. */
import { z } from 'zod';

const text = z.string().min(1);

/** An account. */
export interface User {
  readonly uuid: string;
  readonly username?: string | undefined;
  readonly nickname?: string | undefined;
  readonly display_name?: string | undefined;
  readonly account_status?: string | undefined;
}

/** `GET /2.0/user`. The whole of it is for the operator's rules, so what is not read here stays in. */
export const user: z.ZodType<User> = z.looseObject({
  uuid: text,
  username: text.optional(),
  nickname: text.optional(),
  display_name: text.optional(),
  account_status: text.optional(),
});

/** A page of a list (Bitbucket's pagination): `next` is the URL of the one after it. */
export interface Page<T> {
  readonly values: readonly T[];
  readonly next?: string | undefined;
}

const page = <T>(one: z.ZodType<T>): z.ZodType<Page<T>> =>
  z.object({ values: z.array(one).default([]), next: text.optional() });

/** An address of an account. */
export interface UserEmail {
  readonly email: string;
  readonly is_primary: boolean;
  readonly is_confirmed: boolean;
}

/** `GET /2.0/user/emails` */
export const emails: z.ZodType<Page<UserEmail>> = page(
  z.object({ email: text, is_primary: z.boolean(), is_confirmed: z.boolean() }),
);

const slug = z.object({ slug: text });

/** `GET /2.0/user/workspaces`: each is told by what the account may do in it, or alone. */
export const workspaces: z.ZodType<Page<string>> = page(
  z.union([
    z.object({ workspace: slug }).transform(({ workspace }) => workspace.slug),
    slug.transform((one) => one.slug),
  ]),
);

/** `GET /2.0/user/workspaces/{workspace}/permission` */
export const permission: z.ZodType<{ readonly permission: string }> = z.object({ permission: text });
