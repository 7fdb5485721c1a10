/**
 * Environment variables in configuration values, by the rules of Go's `os.ExpandEnv`, which Dex applies to
 * `connectors[].config`, `storage.config` and `signer.config`.
 */

/** Answers the value of a variable, `undefined` when it is not set. */
export type EnvironmentLookup = (name: string) => string | undefined;

// `${*}` and `$*` style names of one sign, `${NAME}`, a brace that is never closed (eaten), `$NAME`.
const reference = /\$(?:\{([*#$@!?\-0-9])\}|\{([^}]*)\}|(\{)|([*#$@!?\-0-9])|(\w+))/gu;

/**
 * Replaces `$NAME` and `${NAME}`. A variable that is not set becomes nothing. There is no escape: `$$` is the
 * (never set) variable `$`, and `pa$word` loses `$word`. A `$` that is followed by no name stays.
 */
export function expandText(text: string, lookup: EnvironmentLookup): string {
  return text.replace(
    reference,
    (_all, sign?: string, braced?: string, open?: string, digit?: string, name?: string) => {
      if (open !== undefined || braced === '') return '';
      return lookup(sign ?? braced ?? digit ?? name ?? '') ?? '';
    },
  );
}

/**
 * Expands every text in `value`, through maps and lists; keys stay as they are, and so does a list directly in a
 * list, as in Dex. The input is not changed. To learn of unset variables, let `lookup` note what it was asked for.
 */
export function expandEnvironment(value: unknown, lookup: EnvironmentLookup): unknown {
  if (typeof value === 'string') return expandText(value, lookup);
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (Array.isArray(item) ? item : expandEnvironment(item, lookup)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expandEnvironment(inner, lookup)]));
}
