import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { requireTool } from '@ostiary/tooling-servers';
import { afterAll, describe } from 'vitest';
import { startSubject } from './subject.ts';

const missing = requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl');

describe.skipIf(missing !== undefined)('ldap over OpenLDAP', async () => {
  if (missing !== undefined) return;
  const started = await startSubject();
  afterAll(() => started[Symbol.asyncDispose]());
  connectorConformance(started.subject, { ruleTimeout: 30_000 });
});
