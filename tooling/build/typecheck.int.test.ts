/** Siblings are read from their sources, so whoever changes one must not get an old "ok" from the cache of turbo. */
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';

interface Task {
  readonly taskId: string;
  readonly dependencies: readonly string[];
}

const root = dirname(dirname(import.meta.dirname));

function tasksOf(filter: string): ReadonlyMap<string, readonly string[]> {
  const args = ['exec', 'turbo', 'run', 'typecheck', `--filter=${filter}`, '--dry=json'];
  const plan: { readonly tasks: readonly Task[] } = JSON.parse(
    execFileSync('pnpm', args, { cwd: root, encoding: 'utf8' }),
  );
  return new Map(plan.tasks.map(({ taskId, dependencies }) => [taskId, dependencies]));
}

it('the types of a package are checked again when one that it needs has changed, however far away', () => {
  const tasks = tasksOf('@ostiary/connector-okta');
  const seen = new Set(['@ostiary/connector-okta#typecheck']);
  // A set hands out what is added while it is walked.
  for (const task of seen) for (const needed of tasks.get(task) ?? []) seen.add(needed);
  expect([...seen]).toEqual(expect.arrayContaining(['@ostiary/connector-sdk#transit', '@ostiary/primitives#transit']));
});
