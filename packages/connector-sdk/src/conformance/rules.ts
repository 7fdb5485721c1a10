import { claimRules } from './claim-rules.ts';
import { exchangeRules } from './exchange-rules.ts';
import { logoutRules } from './logout-rules.ts';
import { metadataRules } from './metadata-rules.ts';
import { networkRules } from './network-rules.ts';
import { passwordRules } from './password-rules.ts';
import { redirectRules } from './redirect-rules.ts';
import { refreshRules } from './refresh-rules.ts';
import type { Rule } from './rule.ts';
import { secrecyRules } from './secrecy-rules.ts';

/** Everything a connector promises. */
export const rules: readonly Rule[] = [
  ...networkRules,
  ...redirectRules,
  ...passwordRules,
  ...claimRules,
  ...refreshRules,
  ...exchangeRules,
  ...logoutRules,
  ...metadataRules,
  ...secrecyRules,
];
