import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProcess } from './process.ts';
import { findTool } from './requirements.ts';
import { mustRun, runCommand } from './run-command.ts';

const node = (program: string): { name: string; command: string; args: string[] } => ({
  name: 'child',
  command: process.execPath,
  args: ['--eval', program],
});

describe('startProcess', () => {
  it('says that a command is not there', async () => {
    for (const command of ['/nowhere/at-all', 'no-such-program']) {
      await expect(startProcess({ name: 'child', command, args: [] })).rejects.toThrow(
        `child did not start: there is no ${command}`,
      );
    }
  });

  it('waits no longer than told, and shows the log', async () => {
    await using child = await startProcess(node('console.log("I sit here"); setInterval(() => {}, 1000)'));
    await expect(child.untilReady(() => false, 300)).rejects.toThrow(/child was not ready after 300 ms\nI sit here/);
  });

  it('kills a child that does not obey SIGTERM', { timeout: 15_000 }, async () => {
    await using child = await startProcess(
      node('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)'),
    );
    await child.untilReady(() => child.log().includes('up'));
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it.skipIf(findTool('setpriv') === undefined)(
    'dies with its parent, even when that is killed',
    { timeout: 20_000 },
    async () => {
      const module = JSON.stringify(join(import.meta.dirname, 'process.ts'));
      const program = `import(${module}).then(async ({ startProcess }) => {
      const child = await startProcess({ name: 'grandchild', command: 'sleep', args: ['60'] });
      console.log(child.pid);
    })`;
      const parent = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const grandchild = Number(line.toString());
      expect(() => process.kill(grandchild, 0)).not.toThrow();
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      // The machine's first process may take its time to reap it.
      await expect.poll(() => isAlive(grandchild), { timeout: 10_000 }).toBe(false);
    },
  );
});

describe('runCommand', () => {
  it('gives what the command wrote, and its exit code', async () => {
    const result = await runCommand({
      ...node('process.stdin.pipe(process.stdout); console.error("e"); process.exitCode = 4'),
      input: 'in',
    });
    expect(result).toEqual({ stdout: 'in', stderr: 'e\n', exitCode: 4 });
  });

  it('ends a command that takes too long', async () => {
    await expect(runCommand({ ...node('setInterval(() => {}, 1000)'), timeoutMs: 200 })).rejects.toThrow(
      /took longer than 200 ms/,
    );
  });

  it('shows what a command said that had to succeed', async () => {
    await expect(mustRun(node('console.error("no such luck"); process.exit(2)'))).rejects.toThrow(
      /failed with code 2\nno such luck/,
    );
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
