import { it } from 'vitest';
import { kubernetes } from './databases.ts';
import { refusesToStart, testServerOn } from './server-on-database.ts';

testServerOn(kubernetes, (database) => {
  it.each([
    ['both ways', { inCluster: true }, 'kubeConfigFile: is set besides inCluster. Keep one.'],
    ['another namespace', { namespace: 'other' }, 'Its Role in the namespace other must have'],
    // JSON leaves out what is undefined.
    [
      'the block of the Helm chart of Dex outside of a pod',
      { inCluster: true, kubeConfigFile: undefined },
      'this is no pod',
    ],
  ])('does not start with %s, and says so in one line', (_what, wrong, words) =>
    refusesToStart(database(), wrong, words),
  );
});
