/** Letters that Unicode does not take apart into a letter and a mark, and that Active Directory compares as that letter. */
const withStroke: Readonly<Record<string, string>> = {
  A: 'Ⱥᶏ',
  AE: 'Æ',
  B: 'ɃƁƂᵬᶀ',
  C: 'ƇȻɕ',
  D: 'ĐÐƉƊƋȡᵭᶁᶑ',
  E: 'Ɇᶒⱸ',
  F: 'Ƒᵮᶂ',
  G: 'ƓǤᶃ',
  H: 'ĦⱧ',
  I: 'Ɨᶖ',
  J: 'ȷɈ',
  K: 'ĸƘᶄⱩꝀꝂꝄ',
  L: 'ŁȽȴⱢɭᶅⱠɫꝈ',
  M: 'Ɱᵯᶆ',
  N: 'ŊƝȠȵɳᵰᶇ',
  O: 'ØƟⱺꝊꝌ',
  OE: 'Œ',
  P: 'ƤᵱⱣᶈꝐꝒꝔ',
  Q: 'ɊʠꝖꝘ',
  R: 'ɌɼⱤɾᵲᵳᶉ',
  S: 'Ȿᵴᶊ',
  T: 'ŦƫƬƮȶȾᵵ',
  TH: 'Þ',
  U: 'Ʉᶙ',
  V: 'Ʋᶌⱱⱴ',
  W: 'Ⱳ',
  X: 'ᶍ',
  Y: 'ƳɎỾ',
  Z: 'ƵȤⱿʐʑᵶⱫ',
};

const plain: ReadonlyMap<string, string> = new Map(
  Object.entries(withStroke).flatMap(([letter, variants]) => Array.from(variants, (variant) => [variant, letter])),
);

/**
 * What is left of a name when everything is dropped that a directory may not look at: `Jané  Doe` and `jane-doe` are
 * one. Blanks, marks and signs that nobody sees are skipped by directories (RFC 4518); diacritics, width and the kind
 * of kana by Active Directory as well, and letters that it does not know, such as those newer than itself.
 *
 * So only letters and digits count, and beside `A` to `Z` no others. Different people may become one by this, but not
 * for the Latin letters of their domain: what stands before and after `@`, `\` and `/` is folded by itself.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .split(/[@\\/]/)
    .map(foldPart)
    .join('');
}

function foldPart(part: string): string {
  const folded = part
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    // Both, because ß and ẞ, ς and σ, ı and i meet only on this way.
    .toLowerCase()
    .toUpperCase()
    .replaceAll(/[^\p{ASCII}]/gu, (letter) => plain.get(letter) ?? letter)
    .replaceAll(/(?!\p{ASCII})\p{Nd}/gu, valueOfDigit)
    .replaceAll(/[\u3041-\u3096]/gu, (hiragana) => String.fromCharCode(hiragana.charCodeAt(0) + 0x60))
    .replaceAll(/[ァィゥェォッャュョヮ]/gu, (small) => String.fromCharCode(small.charCodeAt(0) + 1));
  return /[A-Z]/u.test(folded) ? folded.replaceAll(/[^A-Z0-9]/gu, '') : folded;
}

/** Digits of other scripts stand in Unicode in runs from zero to nine. */
function valueOfDigit(digit: string): string {
  const at = digit.codePointAt(0) ?? 0;
  let zero = at;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((at - zero) % 10);
}
