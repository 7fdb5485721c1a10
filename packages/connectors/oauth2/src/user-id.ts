/** How a number of the provider becomes a user id. */

/**
 * A number as Go's `%v` writes it, which is what Dex made of numeric ids: the shortest digits, with an exponent from a
 * million on and below a ten-thousandth.
 */
export function goFloat(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/**
 * The user id in an answer: a text as it is, a number in the given form. `undefined` for anything else, and for numbers
 * so large that two accounts could not be told apart.
 */
export function userIdOf(value: unknown, form: 'dex' | 'decimal'): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value !== 'number' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return undefined;
  if (form === 'dex') return goFloat(value);
  return Number.isInteger(value) ? String(value) : undefined;
}
