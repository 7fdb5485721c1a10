/** Values that survive `JSON.stringify` and `JSON.parse` unchanged (RFC 8259). */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON (RFC 8259). */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** True for a JSON object; false for arrays, `null` and everything that is not an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
