import { describe, expect, it } from 'vitest';
import { rules, runConnectorConformance } from '../src/conformance/index.ts';
import { connectorConformance } from '../src/conformance/vitest.ts';
import type { Connector, ConnectorContext } from '../src/index.ts';
import type { Defect, Password, Redirect } from './defect.ts';
import { passwordDouble, redirectDouble, subjectOf } from './double-provider.ts';
import { identityDefects } from './identity-defects.ts';
import { passwordDefects } from './password-defects.ts';
import { redirectDefects } from './redirect-defects.ts';
import { secrecyDefects } from './secrecy-defects.ts';

async function broken<C extends Connector>(
  open: (context: ConnectorContext) => C,
  defect: Defect<C>,
): Promise<readonly string[]> {
  const subject = subjectOf((context) => {
    const good = open(context);
    return { ...good, ...defect(good, context) };
  });
  const results = await runConnectorConformance(subject, { ruleTimeout: 5000 });
  return results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule);
}

const openRedirect = redirectDouble as (context: ConnectorContext) => Redirect;
const openPassword = passwordDouble as (context: ConnectorContext) => Password;

describe('an honest connector', () => {
  describe('with a redirect', () => connectorConformance(subjectOf(redirectDouble)));
  describe('with a form', () => connectorConformance(subjectOf(passwordDouble)));
});

describe('the kit finds a connector that', () => {
  it.each([...redirectDefects, ...identityDefects, ...secrecyDefects])('%s', async (_what, breaks, defect) => {
    expect(await broken(openRedirect, defect)).toEqual(expect.arrayContaining([...breaks]));
  });

  it.each(passwordDefects)('%s', async (_what, breaks, defect) => {
    expect(await broken(openPassword, defect)).toEqual(expect.arrayContaining([...breaks]));
  });

  it('breaks any rule: none of them cannot fail', () => {
    const found = new Set([...redirectDefects, ...secrecyDefects, ...passwordDefects].flatMap(([, breaks]) => breaks));
    expect(rules.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
  });
});
