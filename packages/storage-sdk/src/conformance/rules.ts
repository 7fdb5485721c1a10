import { atomicRules } from './atomic-rules.ts';
import { basicRules } from './basic-rules.ts';
import { closingRules } from './closing-rules.ts';
import { expiryRules } from './expiry-rules.ts';
import { keyRules } from './key-rules.ts';
import { modelRules } from './model-rules.ts';
import type { Rule } from './rule.ts';
import { scanRules } from './scan-rules.ts';
import { sweepRules } from './sweep-rules.ts';
import { valueRules } from './value-rules.ts';

/** Everything a storage promises. */
export const rules: readonly Rule[] = [
  ...basicRules,
  ...closingRules,
  ...atomicRules,
  ...expiryRules,
  ...valueRules,
  ...keyRules,
  ...scanRules,
  ...sweepRules,
  ...modelRules,
];
