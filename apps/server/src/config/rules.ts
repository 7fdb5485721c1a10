/** Rules in CEL: `userValidationRules` of clients and connectors, `tokenClaims`, `identityMappings`. See docs/adr/0029. */
import { text, textLike } from '@ostiary/connector-sdk/config';
import type { Client, ConnectorEntry } from '@ostiary/issuer';
import { reservedClaims } from '@ostiary/token-core';
import { z } from 'zod';
import { identityMapping } from '../expressions/identity-mapping.ts';
import { claimRule, personRule } from '../expressions/rules.ts';
import type { Report } from './report.ts';

const longMessage = 'is no line of up to 200 signs: it stands on a page and in answers to programs. Shorten it.';

export const userValidationRules = z
  .array(
    z.object({
      expression: text().describe('CEL. True: the person may have tokens.'),
      message: textLike(/^.{1,200}$/u, longMessage)
        .exactOptional()
        .describe('What people read whom it refuses.'),
    }),
  )
  .min(1, 'is empty. Write a rule, or remove it.');

/** Claims that scopes allow: what they say is for the connector, where all clients hear the same. */
const claimsOfScopes = [
  ...['email', 'email_verified', 'groups', 'name', 'preferred_username', 'federated_claims'],
  ...['acr', 'amr', 'act', 'may_act', 'cnf', 's_hash', 'token_use', '_claim_names', '_claim_sources'],
];

/** @returns what is wrong with the name of a claim, or nothing. */
function nameProblem(name: string): string | undefined {
  if (!/^[^\s"\\]{1,100}$/u.test(name)) return 'is no name of a claim. Use up to 100 signs without spaces and quotes.';
  if (![...reservedClaims, ...claimsOfScopes].some((taken) => taken === name)) return undefined;
  return 'is a claim that the issuer sets. Use another name; how people are called is for identityMappings of a connector.';
}

export const tokenClaims = z.record(z.string(), text()).superRefine((claims, context) => {
  for (const name of Object.keys(claims)) {
    const message = nameProblem(name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

export const identityMappings = z.object({
  username: text().exactOptional().describe('CEL that comes to the name to show.'),
  preferredUsername: text().exactOptional().describe('CEL that comes to the name people log in with.'),
  email: text().exactOptional().describe('CEL that comes to an address; an empty text is none.'),
  emailVerified: text()
    .exactOptional()
    .describe('CEL. Without it an address is verified if it is the one that the provider has verified.'),
  groups: text().exactOptional().describe('CEL that comes to a list of texts.'),
  extra: z
    .record(z.string().min(1), text())
    .exactOptional()
    .describe('By name, CEL that comes to what rules and claims of clients find in identity.extra.'),
});

const noExtra =
  'names identity.extra, which tokens of other clients do not tell: whoever has one is refused. Give the rule to those clients.';

type Rules = z.infer<typeof userValidationRules>;

interface At {
  /** Of the client or the connector. */
  readonly path: string;
  readonly report: Report;
}

/** The rules that are right; what is wrong with the others goes into the report. */
export function readPersonRules(
  rules: Rules | undefined,
  { path, report, takesOthersTokens = false }: At & { readonly takesOthersTokens?: boolean },
): NonNullable<Client['userValidationRules']> | undefined {
  return rules?.flatMap((expression, index) => {
    const at = `${path}.userValidationRules[${index}]`;
    const read = personRule(expression, { path: at, onProblem: report.problem });
    if (read === undefined) return [];
    if (takesOthersTokens && read.usesExtra) report.warn(at, noExtra);
    return [read.rule];
  });
}

/** The claims that are right; what is wrong with the others goes into the report. */
export function readTokenClaims(
  claims: z.infer<typeof tokenClaims> | undefined,
  { path, report }: At,
): Client['tokenClaims'] {
  if (claims === undefined) return undefined;
  const read = Object.entries(claims).map(([name, expression]) => {
    const place = { path: `${path}.tokenClaims.${name}`, onProblem: report.problem };
    return [name, claimRule(expression, place)] as const;
  });
  return Object.fromEntries(read.flatMap(([name, rule]) => (rule === undefined ? [] : [[name, rule]])));
}

/** What a connector with a mapping does with its answers. `claims`: what it hands over besides; absent: nothing. */
export function readIdentityMappings(
  block: z.infer<typeof identityMappings> | undefined,
  { path, report, claims }: At & { readonly claims: string | undefined },
): ConnectorEntry['mapIdentity'] {
  if (block === undefined) return undefined;
  const at = `${path}.identityMappings`;
  const { map, usesClaims } = identityMapping(block, { path: at, onProblem: report.problem });
  if (usesClaims && claims === undefined) {
    report.warn(at, 'names claims, which this type of connector does not hand over: there are none in it.');
  }
  return map;
}
