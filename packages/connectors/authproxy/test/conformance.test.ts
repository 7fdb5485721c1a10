import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { subject } from './subject.ts';

connectorConformance(subject, {
  waived: [{ rule: 'redirect/declined', because: 'whom the proxy refuses never comes here' }],
});
