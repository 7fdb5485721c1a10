/** Takes secrets out of text that others wrote: messages of errors that libraries throw may quote a URL or a body. */

const patterns: readonly (readonly [RegExp, string])[] = [
  // Three parts: JWS (RFC 7515); five: JWE (RFC 7516).
  [/\beyJ[\w-]+(?:\.[\w-]*){2,4}/gu, '[token]'],
  [/\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}/giu, '$1 [secret]'],
  [
    /\b((?:access|refresh|id|subject|actor)_token|client_(?:secret|assertion)|code_verifier|SAMLResponse)("?\s*[=:]\s*"?)[^&\s"',}]+/giu,
    '$1$2[secret]',
  ],
  // These words stand in ordinary sentences too ("code: 401"), so only as a parameter or a JSON member.
  [/\b(code|token|password|passwd|assertion)(=|"\s*:\s*")[^&\s"',}]+/giu, '$1$2[secret]'],
  [/(\/\/[^\s/:@]*):[^\s/@]+@/gu, '$1:[secret]@'],
];

/** The text without tokens, passwords in URLs and values of parameters that carry secrets. */
export function scrub(text: string): string {
  return patterns.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
