import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isJsonObject, type Json } from '@ostiary/primitives';

/**
 * The same value in fewer signs (DEFLATE, RFC 1951), for a cookie that would be too large: a `state` that holds the
 * address of a page repeats itself. `undefined` for a value of more than `longest` signs of JSON.
 *
 * The length of the result tells a little of what is inside, secrets and what a stranger chose alike. So each of the
 * secrets must be made for this value alone: nobody can then try again with another choice beside the same secret.
 */
export function shrink(value: Json, longest: number): Json | undefined {
  const text = JSON.stringify(value);
  return text.length > longest ? undefined : { deflated: deflateRawSync(text).toString('base64url') };
}

/** What {@link shrink} was given, and any other value as it is. Only for what nobody else can have written. */
export function unshrink(value: Json | undefined): Json | undefined {
  if (!isJsonObject(value) || typeof value.deflated !== 'string') return value;
  const text = inflateRawSync(Buffer.from(value.deflated, 'base64url')).toString();
  return JSON.parse(text) as Json; // JSON.parse answers nothing but Json
}
