import { readConfig } from '@ostiary/connector-sdk/config';
import { describe, expect, it } from 'vitest';
import { activeDirectoryDialect } from './identity.ts';
import { activeDirectory } from './index.ts';

async function filterOf(userId: string, idAttr?: string): Promise<string | undefined> {
  const options = { domain: 'corp.example.com', ...(idAttr === undefined ? {} : { idAttr }) };
  const { again } = activeDirectoryDialect(await readConfig(activeDirectory.config, options, { path: 'config' }));
  return again({ userId, username: 'jane', groups: [] }, 'jane')?.toString();
}

describe('somebody who logged in before', () => {
  it('is found by the bytes of objectGUID', async () => {
    const bytes = '\\44\\33\\22\\11\\66\\55\\88\\77\\99\\aa\\bb\\cc\\dd\\ee\\ff\\00';
    expect(await filterOf('11223344-5566-7788-99aa-bbccddeeff00')).toBe(`(objectGUID=${bytes})`);
  });

  it.each(['not-a-guid', '', '11223344-5566-7788-99aa-bbccddeeff', '*'])('is nobody under the id %j', async (id) => {
    expect(await filterOf(id)).toBeUndefined();
  });

  it('is found by another attribute, as text, where that is the id', async () => {
    expect(await filterOf('ja*ne', 'employeeID')).toBe('(employeeID=ja\\2ane)');
    expect(await filterOf('CN=Jane,DC=x', 'DN')).toBe('(distinguishedName=CN=Jane,DC=x)');
  });
});
