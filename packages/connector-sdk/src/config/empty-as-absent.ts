/** Empty texts as Go reads them: `filter: ""` is no filter. Templates for Kubernetes write them for what is not set. */
import { z } from 'zod';

/** An object whose optional keys may be empty texts. */
export type EmptyAsAbsent<S extends z.ZodObject> = z.ZodPreprocess<S>;

/**
 * Takes an empty text under an optional key as if the key were not there. Keys that must be set are still refused when
 * they are empty. For the object itself, not for objects in it.
 */
export function emptyAsAbsent<S extends z.ZodObject>(schema: S): EmptyAsAbsent<S> {
  const isOptional = (key: string): boolean => schema.shape[key]?._zod.optin !== undefined;
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([key, inner]) => inner !== '' || !isOptional(key)));
  }, schema);
}
