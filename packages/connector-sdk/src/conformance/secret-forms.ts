/** The forms in which a secret travels, and so may be logged by somebody who did not see that it is one. */

/** Signs a secret must have at least, or it would be found by chance. */
export const shortestMark = 8;

/**
 * What to look for in a text that must not hold the secret: the secret as it is, inside JSON, form-encoded, and each
 * of these as base64 and base64url. In base64 it is found wherever it stands, so `id:secret` of a Basic header and a
 * whole body of a token request need no entry of their own.
 */
export function secretForms(secret: string): readonly string[] {
  const texts = [secret, JSON.stringify(secret).slice(1, -1), ...formEncoded(secret)];
  return [...new Set(secret.length < shortestMark ? texts : [...texts, ...texts.flatMap(base64Forms)])];
}

/** Libraries differ in what they leave: nothing but letters and digits, `-_.~` (Go), `-_.!~*'()` (JavaScript). */
function formEncoded(text: string): readonly string[] {
  const javascript = encodeURIComponent(text);
  const percents = [
    javascript,
    javascript.replace(/[!*'()]/gu, percentEncoded),
    javascript.replace(/[-_.!~*'()]/gu, percentEncoded),
  ];
  const search = new URLSearchParams({ '': text }).toString().slice(1);
  return [...percents, ...percents.map((percent) => percent.replaceAll('%20', '+')), search];
}

const percentEncoded = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * Three bytes become four signs, so a text inside another has three forms, by where it begins. The signs at its ends
 * that hold bits of its neighbours as well are left out.
 */
function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const [first, end] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString('base64').slice(first, end), bytes.toString('base64url').slice(first, end)];
  });
}
