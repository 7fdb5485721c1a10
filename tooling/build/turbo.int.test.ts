/** The cache of turbo gives back what was asked for, and nothing old. */
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';

interface Task {
  readonly taskId: string;
  readonly dependencies: readonly string[];
  readonly hash: string;
}

const root = dirname(dirname(import.meta.dirname));

function tasksOf(task: string, filter: string, env: NodeJS.ProcessEnv = {}): ReadonlyMap<string, Task> {
  const args = ['exec', 'turbo', 'run', task, `--filter=${filter}`, '--dry=json'];
  const plan: { readonly tasks: readonly Task[] } = JSON.parse(
    execFileSync('pnpm', args, { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' }),
  );
  return new Map(plan.tasks.map((one) => [one.taskId, one]));
}

it('the types of a package are checked again when one that it needs has changed, however far away', () => {
  const tasks = tasksOf('typecheck', '@ostiary/connector-okta');
  const seen = new Set(['@ostiary/connector-okta#typecheck']);
  // Siblings are read from their sources. A set hands out what is added while it is walked.
  for (const task of seen) for (const needed of tasks.get(task)?.dependencies ?? []) seen.add(needed);
  expect([...seen]).toEqual(expect.arrayContaining(['@ostiary/connector-sdk#transit', '@ostiary/primitives#transit']));
});

it('a build without declarations does not pass for a whole one', () => {
  const hashOf = (OSTIARY_BUILD?: string) =>
    tasksOf('build', '@ostiary/primitives', { OSTIARY_BUILD }).get('@ostiary/primitives#build')?.hash;
  expect(hashOf()).toEqual(expect.any(String));
  expect(hashOf('programs')).not.toBe(hashOf());
});
