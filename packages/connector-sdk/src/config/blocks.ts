/** Building blocks for the schemas of connectors, with messages that say what to do. */
import { Secret } from '@ostiary/primitives';
import { z } from 'zod';
import { isLoopback } from '../loopback.ts';
import { parseDuration } from './duration.ts';

const isEmpty = 'is empty. Set it, or check that the environment variable it names is set.';

/** A text of at least one sign. */
export function text(): z.ZodType<string, string> {
  return z.string().min(1, isEmpty);
}

/** A text of one form. Of an empty one only that is told. */
export function textLike(form: RegExp, problem: string): z.ZodType<string, string> {
  return text().refine((value) => value === '' || form.test(value), problem);
}

/** A text that becomes a `Secret` at once. Empty is refused: an unset variable would make an empty password. */
export function secretText(): z.ZodType<Secret, string> {
  return text().transform((value) => new Secret(value));
}

/**
 * For `.meta`, on a text that may be left out: its schema gets to see an empty one, which else counts as absent. For keys
 * where empty is a value of its own, and for those whose absence would open a door.
 */
export const keepEmpty: { readonly 'x-keep-empty': true } = { 'x-keep-empty': true };

/** An absolute http or https URL without user name and password, kept as it was written. */
export function httpUrl(): z.ZodType<string, string> {
  return z.string().superRefine((value, context) => {
    const problem = urlProblem(value);
    if (problem !== undefined) context.addIssue(problem);
  });
}

/** A URL that tokens and passwords are sent to: https, or http on this machine. Kept as it was written. */
export function secureUrl(): z.ZodType<string, string> {
  return httpUrl().superRefine((value, context) => {
    if (!URL.canParse(value)) return;
    const url = new URL(value);
    if (url.protocol !== 'http:' || isLoopback(url)) return;
    context.addIssue('must begin with https://: secrets go there. Plain http is for this machine only.');
  });
}

/** Where the API of a provider begins: a {@link secureUrl} without query. Answered without the slashes at its end. */
export function baseUrl(): z.ZodType<string, string> {
  return secureUrl()
    .superRefine((value, context) => {
      if (/[?#]/u.test(value)) context.addIssue('must not contain ? or #. Remove what follows.');
    })
    .transform((value) => value.replace(/\/+$/u, ''));
}

/** Line breaks and backslashes, which `URL` takes away or turns around, and no other reader of URLs does. */
const browsersRepair = /[\p{Cc}\\]/u;

function urlProblem(value: string): string | undefined {
  if (value === '') return isEmpty;
  if (!URL.canParse(value) || value.trim() !== value || browsersRepair.test(value)) {
    return 'is not a URL. Write it like https://login.example.com.';
  }
  const url = new URL(value);
  if (!/^https?:\/\/[^/]/iu.test(value)) return 'must begin with https:// (or http://).';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password. Remove them.';
  return undefined;
}

/** How short and how long a duration may be. Milliseconds. */
export interface DurationBounds {
  readonly minMs?: number;
  readonly maxMs?: number;
}

/** A Go duration (`1h30m`) as milliseconds. Negative is refused unless `minMs` says otherwise. */
export function duration(bounds: DurationBounds = {}): z.ZodType<number, string> {
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = bounds;
  return z.string().transform((value, context) => {
    const parsed = parseDuration(value);
    if ('problem' in parsed) context.addIssue(parsed.problem);
    else if (parsed.ms < minMs) context.addIssue(`is too short. Write at least ${minMs / 1000}s.`);
    else if (parsed.ms > maxMs) context.addIssue(`is too long. Write at most ${maxMs / 1000}s.`);
    else return parsed.ms;
    return z.NEVER;
  });
}

/** A list that has its default also when it is empty: Dex does not tell the two apart, and templates write `[]`. */
export function listWithDefault<T extends string>(
  item: z.ZodType<T, string>,
  fallback: readonly T[],
): z.ZodType<readonly T[], string[] | undefined> {
  return z
    .array(item)
    .default([])
    .transform((items) => (items.length === 0 ? fallback : items));
}

/** Bytes as base64, as Go writes `[]byte` in JSON (`rootCAData`, `caData`). Line breaks in it are allowed. */
export function base64Bytes(): z.ZodType<Uint8Array, string> {
  return z.string().transform((value, context) => {
    const compact = value.replace(/\s/gu, '');
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(compact) && compact !== '') {
      return new Uint8Array(Buffer.from(compact, 'base64'));
    }
    context.addIssue('is not base64. Encode the file, for example with base64 -w0.');
    return z.NEVER;
  });
}

/** For `.superRefine`: of these keys at most one may be set (`clientSecret`, `clientSecretFile`). */
export function atMostOne<T extends object>(
  ...keys: readonly (keyof T & string)[]
): (value: T, context: z.core.$RefinementCtx<T>) => void {
  return (value, context) => {
    const set = keys.filter((key) => value[key] !== undefined);
    if (set.length < 2) return;
    context.addIssue({ code: 'custom', path: [set[1] ?? ''], message: `is set besides ${set[0]}. Keep one of them.` });
  };
}

/** For `.superRefine`: of these keys one must be set, and only one (`clientSecret`, `clientSecretFile`). */
export function exactlyOne<T extends object>(
  ...keys: readonly (keyof T & string)[]
): (value: T, context: z.core.$RefinementCtx<T>) => void {
  const several = atMostOne<T>(...keys);
  return (value, context) => {
    several(value, context);
    if (keys.some((key) => value[key] !== undefined)) return;
    const message = `is missing. Set ${keys.join(' or ')}.`;
    context.addIssue({ code: 'custom', path: [keys[0] ?? ''], message });
  };
}
