import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone when its owner is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes or replaces a file (mode 0600 unless told) and returns its path. */
  write(name: string, content: string, mode?: number): Promise<string>;
}

/**
 * Makes a folder of its own for one server or one test, mode 0700.
 *
 * @param name short word that tells whose it is
 */
export async function temporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `ostiary-${name}-`));
  return {
    path,
    async write(file, content, mode = 0o600) {
      const target = join(path, file);
      await writeFile(`${target}.part`, content);
      await chmod(`${target}.part`, mode);
      await rename(`${target}.part`, target); // who watches the file never sees half of it
      return target;
    },
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
