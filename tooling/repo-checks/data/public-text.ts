/** What must not be in a public repository, and the few places where something that looks like it is right. */

export interface Pattern {
  readonly what: string;
  readonly pattern: RegExp;
}

/** Text that tells about the machine or the account of who wrote it. */
export const forbiddenText: readonly Pattern[] = [
  { what: 'the folder of a user', pattern: /(?<![\w.~-])\/(?:root|home|work|Users)\/[\w.-]+/ },
  { what: 'the folder of a user', pattern: /\b[A-Z]:\\+Users\\+\w+/ },
  { what: 'the host of a package registry', pattern: /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+/ },
  { what: 'the host of a package proxy', pattern: /\/\/[\w.-]*\b(?:artifactory|verdaccio|nexus|goproxy)\b[\w.:-]*/i },
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { what: 'a private JSON Web Key', pattern: /"d"\s*:\s*"[\w-]{20,}"/ },
  { what: 'an access token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}|AKIA[A-Z0-9]{16})\b/ },
];

/** Files that say where packages come from: there, any address is one too many. */
export const addressFree: readonly Pattern[] = [
  { what: 'pnpm-lock.yaml', pattern: /(?:https?|git(?:\+ssh)?):\/\/|\btarball:|\bregistry:/ },
  { what: '.npmrc', pattern: /registry\s*=|_auth/ },
];

export interface Exception {
  readonly path: string;
  /** Text that makes the found line right. */
  readonly text: string;
  readonly because: string;
}

/** Exceptions. One that matches nothing any more is a finding, so the list stays true. */
export const exceptions: readonly Exception[] = [
  {
    path: 'packages/token-core/test/golden/signing-keys.v1.json',
    text: '"d": "I9MLdhpjk_2bC523',
    because: 'a key that was made for the golden records and signs nothing else',
  },
  {
    path: 'packages/token-core/test/golden/signing-keys.v1.json',
    text: '"d": "t4Up03H788emIHfn',
    because: 'a key that was made for the golden records and signs nothing else',
  },
  {
    path: 'packages/token-core/test/golden/signing-keys.v1.json',
    text: '"d": "aVRmF3k0-3z7Babe',
    because: 'a key that was made for the golden records and signs nothing else',
  },
];
