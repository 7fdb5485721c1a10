import { staticPasswordDatabase } from '@ostiary/connector-local';
import { Secret } from '@ostiary/primitives';
import { expect, it } from 'vitest';
import { eitherDatabase } from './either-database.ts';

const entry = (email: string, userId: string, username: string) => ({
  ...{ email, userId, username, hash: new Secret(''), emailVerified: true, groups: [] },
});

it('of two password databases, what the first one has counts', async () => {
  const first = staticPasswordDatabase([entry('jane@example.com', 'u-1', 'first')]);
  const second = staticPasswordDatabase([entry('jane@example.com', 'u-1', 'second'), entry('john@x', 'u-2', 'second')]);
  const { find, findByUserId } = eitherDatabase(first, second);
  expect(await Promise.all([find('jane@example.com'), find('john@x'), find('none')])).toMatchObject([
    ...[{ username: 'first' }, { username: 'second' }, undefined],
  ]);
  expect(await Promise.all(['u-1', 'u-2', 'none'].map(findByUserId))).toMatchObject([
    ...[{ username: 'first' }, { username: 'second' }, undefined],
  ]);
});
