import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@ostiary/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPassword, readTlsFiles } from './named-files.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-files-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe('readPassword', () => {
  it('is that of the configuration, or none', async () => {
    expect(await readPassword({ password: new Secret('p w') })).toBe('p w');
    expect(await readPassword({})).toBeUndefined();
  });

  it('comes from its file, without one end of a line', async () => {
    expect(await readPassword({ passwordFile: await write('unix', ' p w \n\n') })).toBe(' p w \n');
    expect(await readPassword({ passwordFile: await write('dos', 'p\r\n') })).toBe('p');
  });

  it('names the key whose file cannot be read', async () => {
    await expect(readPassword({ passwordFile: join(folder, 'none') })).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('passwordFile: the file cannot be read'),
    });
  });
});

describe('readTlsFiles', () => {
  it('reads what is named, under the names of node:tls', async () => {
    const [caFile, certFile, keyFile] = [await write('ca', 'A'), await write('cert', 'B'), await write('key', 'C')];
    expect(await readTlsFiles({ caFile, certFile, keyFile }, 'tls')).toEqual({ ca: 'A', cert: 'B', key: 'C' });
    expect(await readTlsFiles({}, 'tls')).toEqual({});
  });

  it.each(['caFile', 'certFile', 'keyFile'])('names %s when it cannot be read', async (key) => {
    await expect(readTlsFiles({ [key]: join(folder, 'none') }, 'ssl')).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(`ssl.${key}: `),
    });
  });
});
