import { mustRun } from './run-command.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

/** A user of the system, as `Launch.user` wants it. */
export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user for a server that refuses to run as root, when this is root; it becomes the owner of the folder.
 *
 * @returns undefined when this is not root: the server then runs as whoever runs the test
 */
export async function lendToServiceUser(folder: TemporaryFolder, name: string): Promise<ServiceUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number(await mustRun({ command: 'id', args: [flag, name] }))),
  );
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${name}`);
  await mustRun({ command: 'chown', args: ['-R', `${uid}:${gid}`, folder.path] });
  return { uid, gid };
}
