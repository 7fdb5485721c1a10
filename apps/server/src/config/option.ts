/** A value among options, whatever the case of its key; `undefined` when it is not there. */
export function optionOf(options: unknown, key: string): unknown {
  if (typeof options !== 'object' || options === null) return undefined;
  const wanted = key.toLowerCase();
  return Object.entries(options).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
