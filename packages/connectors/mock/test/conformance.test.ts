import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { describe } from 'vitest';
import { passwordSubject, subject } from './subject.ts';

const because = 'there is one made-up person, who does not change';
const unchanging = ['claims/email-verified', 'claims/groups', 'refresh/same-account', 'refresh/ended'].map((rule) => ({
  rule,
  because,
}));

describe('mockCallback', () => {
  connectorConformance(subject, {
    waived: [
      ...unchanging,
      { rule: 'redirect/declined', because: 'nobody is asked' },
      { rule: 'exchange/foreign', because: 'it takes every token, as in Dex' },
      { rule: 'exchange/garbage', because: 'it takes every token, as in Dex' },
    ],
  });
});

describe('mockPassword', () => {
  connectorConformance(passwordSubject, { waived: unchanging });
});
