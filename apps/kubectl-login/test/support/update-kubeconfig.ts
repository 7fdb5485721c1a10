/** `node update-kubeconfig.ts FILE`: points a context in it to a session, in a process whose user a test can choose. */
import { existsSync } from 'node:fs';
import { changeKubeconfig } from '../../src/kubeconfig/change.ts';
import { kubeconfigPaths } from '../../src/kubeconfig/paths.ts';
import { assertWritable, readKubeconfig, updateKubeconfig } from '../../src/kubeconfig/update.ts';
import { explain } from '../../src/problem.ts';
import { lockDeps } from './processes.ts';

const env = { KUBECONFIG: process.argv[2] ?? '' };
const paths = kubeconfigPaths({ explicit: undefined, env, home: '', exists: existsSync });
const request = { sessionId: 'session-1', context: 'a', server: 'https://a.example' };
try {
  await assertWritable(paths, changeKubeconfig(readKubeconfig(paths), request), lockDeps());
  await updateKubeconfig(paths, request, lockDeps());
} catch (error) {
  console.error(explain(error).join(' '));
  process.exitCode = 1;
}
