/** The stand-in says what OpenShift's own Go types describe, and nothing else. */
import { buildOpenshiftTypes, requireTool, runCommand } from '@ostiary/tooling-servers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeOpenShift, userOf } from './fake-openshift.ts';

describe.skipIf(requireTool('go') !== undefined)("OpenShift's own types", () => {
  let program: string;

  beforeAll(async () => {
    program = await buildOpenshiftTypes();
  }, 600_000);

  async function problemOf(answer: unknown): Promise<string> {
    const { exitCode, stderr } = await runCommand({ command: program, args: [], input: JSON.stringify(answer) });
    return exitCode === 0 ? '' : stderr.trim();
  }

  it.each([{}, { uid: undefined }, { groups: null }, { groups: [] }])(
    'describe the account with %j',
    async (change) => {
      expect(await problemOf(userOf({ ...fakeOpenShift().world, ...change }))).toBe('');
    },
  );

  it.each([
    [{ email: 'jane@example.com' }, 'unknown field "email"'],
    [{ fullname: 'Jane Doe' }, 'unknown field "fullname"'],
    [{ groups: 'ops' }, 'cannot unmarshal string'],
  ])('refuse %j', async (madeUp, problem) => {
    expect(await problemOf({ ...userOf(fakeOpenShift().world), ...madeUp })).toContain(problem);
  });
});
