/**
 * Rules across the keys of a block (`.superRefine`), asked although a key failed. zod leaves them out then, so a person
 * would learn of the second mistake only after correcting the first.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';

/**
 * The schema with its rules waiting for no key that they do not read. A rule that reads a key which failed is still
 * left out: it could only guess. Schemas of other libraries are answered as they are.
 */
export function withEveryRule<S extends StandardSchemaV1>(schema: S): S {
  return schema instanceof z.core.$ZodType ? rebuilt(schema) : schema;
}

function rebuilt<S extends z.core.$ZodType>(schema: S): S {
  if (schema instanceof z.core.$ZodObject) {
    const { checks = [], ...rest } = schema._zod.def;
    const shape = Object.fromEntries(Object.entries(rest.shape).map(([key, field]) => [key, rebuilt(field)]));
    return z.core.clone(schema, { ...rest, shape, checks: checks.map(patient) });
  }
  if (schema instanceof z.core.$ZodPipe) {
    const { def } = schema._zod;
    return z.core.clone(schema, { ...def, in: rebuilt(def.in) });
  }
  const { def } = schema._zod;
  if (!('innerType' in def) || !(def.innerType instanceof z.core.$ZodType)) return schema;
  const inner = { ...def, innerType: rebuilt(def.innerType) };
  return z.core.clone(schema, inner);
}

/** A check that has a condition of its own keeps it. */
function patient(check: z.core.$ZodCheck<never>): z.core.$ZodCheck<never> {
  if (check._zod.def.when !== undefined) return check;
  return z.superRefine<never>(
    (value, context) => {
      const failed = failedKeys(context.issues);
      const payload = { value: failed.size === 0 ? value : guarded(value, failed), issues: context.issues };
      return ask(check, payload);
    },
    { when: ({ value, issues }) => typeof value === 'object' && value !== null && issues.every(isAtKey) },
  );
}

/** Says that a rule read a key whose value is not what the rule believes it to be. */
const unreadable: unique symbol = Symbol('unreadable');

function ask(check: z.core.$ZodCheck<never>, payload: z.core.ParsePayload<never>): void | Promise<void> {
  try {
    const answer = check._zod.check(payload);
    return answer instanceof Promise ? answer.catch(leaveOut) : answer;
  } catch (error) {
    leaveOut(error);
  }
}

function leaveOut(error: unknown): void {
  if (error !== unreadable) throw error;
}

function guarded<T extends object>(value: T, failed: ReadonlySet<PropertyKey>): T {
  const refuse = (key: PropertyKey): void => {
    if (failed.has(key)) throw unreadable;
  };
  return new Proxy(value, {
    get(target, key) {
      refuse(key);
      return Reflect.get(target, key);
    },
    has(target, key) {
      refuse(key);
      return Reflect.has(target, key);
    },
  });
}

/** An issue that goes on (`min`, another rule) is about a value of the right type. */
const stops = (issue: z.core.$ZodRawIssue): boolean => issue.continue !== true;

const isAtKey = (issue: z.core.$ZodRawIssue): boolean => !stops(issue) || issue.path?.[0] !== undefined;

const failedKeys = (issues: readonly z.core.$ZodRawIssue[]): ReadonlySet<PropertyKey> =>
  new Set(issues.filter(stops).flatMap(({ path = [] }) => path.slice(0, 1)));
