import { it } from 'vitest';
import { etcd } from './databases.ts';
import { refusesToStart, testServerOn } from './server-on-database.ts';

testServerOn(etcd, (database) => {
  it.each([
    ['without a user', { username: undefined, password: undefined }, 'wants a user. Set username and password'],
    [
      'without a right to the namespace',
      { namespace: 'other/' },
      "Run: etcdctl role grant-permission ROLE --prefix=true readwrite 'other/ostiary/'",
    ],
  ])('does not start %s, and says so in one line', (_what, wrong, words) => refusesToStart(database(), wrong, words));
});
