import type { Identity } from '../src/index.ts';
import { type Case, identities, type Redirect } from './defect.ts';

/** What the types of an identity forbid, so that only somebody without them does it. */
const notAsTyped: readonly (readonly [what: string, change: Readonly<Record<string, unknown>>])[] = [
  ['answers an id that is no Unicode', { userId: '\ud800' }],
  ['answers no address where one should be', { email: { verified: true } }],
  ['answers null for an address', { email: null }],
  ['answers a number for the login name', { preferredUsername: 5 }],
  ['answers null for the tenant', { tenant: null }],
  ['answers null for the authentication', { authentication: null }],
  ['answers no moment as the time of the login', { authentication: { time: new Date(Number.NaN) } }],
  ['answers a text as the end of the login', { authentication: { expires: '2030-01-01' } }],
  ['answers one method where a list should be', { authentication: { methods: 'pwd' } }],
  ['answers a number for the context class', { authentication: { contextClass: 2 } }],
  ['says of itself that it can be renewed', { renewable: true }],
];

/** Identities that a connector in plain JavaScript may answer. */
export const identityDefects: readonly Case<Redirect>[] = notAsTyped.map(([what, change]) => [
  what,
  ['redirect/identity'],
  identities((identity) => ({ ...identity, ...change }) as Identity),
]);
