import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { subject } from './subject.ts';

connectorConformance(subject, {
  waived: [{ rule: 'logout/returns', because: 'a LogoutRequest has no return URL; the provider has it registered' }],
});
