/** What Microsoft Graph answers, as far as it is read. */
import { z } from 'zod';

const text = z.string().min(1);

/** The fields of an account that are asked for, besides those that the operator names. */
export const userFields = [
  'id',
  'displayName',
  'userPrincipalName',
  'mailNickname',
  'onPremisesSamAccountName',
] as const;

/** An account. */
export interface User {
  readonly id: string;
  readonly displayName?: string | null | undefined;
  readonly userPrincipalName?: string | null | undefined;
  readonly mailNickname?: string | null | undefined;
  readonly onPremisesSamAccountName?: string | null | undefined;
}

/** `GET /v1.0/me`. The whole of it is for the operator's rules, so what is not read here stays in. */
export const user: z.ZodType<User> = z.looseObject({
  id: text,
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  mailNickname: z.string().nullish(),
  onPremisesSamAccountName: z.string().nullish(),
});

/** A page of a list; `next` is where the one after it is. */
export interface Page<T> {
  readonly value: readonly T[];
  readonly next: string | undefined;
}

const page = <T>(one: z.ZodType<T>): z.ZodType<Page<T>> =>
  z
    .object({ value: z.array(one), '@odata.nextLink': text.optional() })
    .transform(({ value, '@odata.nextLink': next }) => ({ value, next }));

/** `POST /v1.0/me/getMemberGroups`: ids, of groups in groups too. */
export const memberGroups: z.ZodType<Page<string>> = page(text);

/** `POST /v1.0/directoryObjects/getByIds` */
export const groups: z.ZodType<Page<{ readonly id: string; readonly displayName?: string | null | undefined }>> = page(
  z.object({ id: text, displayName: z.string().nullish() }),
);
