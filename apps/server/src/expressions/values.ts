import { Optional } from '@marcbachmann/cel-js';
import { isJsonObject, type Json } from '@ostiary/primitives';

/** `string()` does not take all of them: there is none for times. */
export const REMEDY_FOR_JSON = 'Make a text or a number of it.';

/** A value of JSON for an expression: a number without a fraction is an `int`. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toCel(member)]));
}

/**
 * What an expression has come to, as JSON; `undefined` for an optional value that is none.
 *
 * @throws {TypeError} for what JSON has not: bytes, times, types, numbers that it would change.
 */
export function fromCel(value: unknown): Json | undefined {
  if (value instanceof Optional) return value.hasValue() ? fromCel(value.value()) : undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return numberOf(Number(value));
  if (typeof value === 'number') return numberOf(value);
  if (Array.isArray(value)) return value.map(fromCel).filter((item) => item !== undefined);
  if (value instanceof Map) return membersOf([...value]);
  if (isPlain(value)) return membersOf(Object.entries(value));
  throw new TypeError(`comes to a value that JSON does not have. ${REMEDY_FOR_JSON}`);
}

function numberOf(value: number): number {
  const isKept = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (isKept) return value;
  throw new TypeError('comes to a number that JSON would change. Make it a text with string().');
}

function membersOf(entries: readonly (readonly [unknown, unknown])[]): Json {
  const members = entries.flatMap(([name, member]) => {
    const json = fromCel(member);
    return json === undefined ? [] : [[String(name), json] as const];
  });
  return Object.fromEntries(members);
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
