import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { requireSamba } from '@ostiary/tooling-servers';
import { afterAll, describe } from 'vitest';
import { startSubject } from './subject.ts';

const missing = requireSamba();

describe.skipIf(missing !== undefined)('active-directory over Samba', async () => {
  if (missing !== undefined) return;
  const started = await startSubject();
  afterAll(() => started[Symbol.asyncDispose]());
  connectorConformance(started.subject, { ruleTimeout: 30_000 });
});
