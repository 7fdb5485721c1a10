/** What the REST API answers, as far as it is read. */
import { z } from 'zod';

const login = z.string().min(1);

/** An account. */
export interface User {
  readonly id: number;
  readonly login: string;
  readonly name?: string | null | undefined;
  /** The address it shows to everybody. */
  readonly email?: string | null | undefined;
}

/** `GET /user`. The whole of it is for the operator's rules, so what is not read here stays in. */
export const user: z.ZodType<User> = z.looseObject({
  id: z.int().positive(),
  login,
  name: z.string().nullish(),
  email: z.string().nullish(),
});

/** An address of an account. */
export interface UserEmail {
  readonly email: string;
  readonly primary: boolean;
  readonly verified: boolean;
}

/** `GET /user/emails` */
export const emails: z.ZodType<UserEmail[]> = z.array(
  z.object({ email: z.string().min(1), primary: z.boolean(), verified: z.boolean() }),
);

/** The names of a team: one for people, one for URLs. */
export interface TeamNames {
  readonly name: string;
  readonly slug: string;
}

/** A team, and the one above it. */
export interface NestedTeam extends TeamNames {
  readonly parent?: TeamNames | null | undefined;
}

const names = { name: z.string().min(1), slug: z.string().min(1) };
const nested = { ...names, parent: z.object(names).nullish() };
const organization = z.object({ login });

/** `GET /user/teams` */
export const teams: z.ZodType<(NestedTeam & { readonly organization: { readonly login: string } })[]> = z.array(
  z.object({ ...nested, organization }),
);

/** `GET /orgs/{org}/teams/{team_slug}` */
export const team: z.ZodType<NestedTeam> = z.object(nested);

/** `GET /user/orgs` */
export const orgs: z.ZodType<{ readonly login: string }[]> = z.array(organization);
