import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findTool, requireTool, toolPath } from './requirements.ts';
import { temporaryFolder } from './temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('findTool', () => {
  it('takes the first program in PATH that can be run', async () => {
    await using folder = await temporaryFolder('tools');
    await mkdir(`${folder.path}/tool-b`); // a folder is no program
    await writeFile(`${folder.path}/tool-c`, '', { mode: 0o644 }); // nor is a text
    const tool = await folder.write('tool-a', '#!/bin/sh\n', 0o755);
    vi.stubEnv('PATH', `/nowhere::${folder.path}`);
    expect(findTool('tool-a')).toBe(tool);
    expect(findTool('tool-b')).toBeUndefined();
    expect(findTool('tool-c')).toBeUndefined();
  });
});

describe('requireTool', () => {
  it('gives no reason to skip when all is there', async () => {
    await using folder = await temporaryFolder('tools');
    await folder.write('redis-server', '', 0o755);
    vi.stubEnv('PATH', folder.path);
    vi.stubEnv('OSTIARY_REQUIRE_ALL', '1');
    expect(requireTool('redis-server')).toBeUndefined();
  });

  it('names every tool that is missing, and its package', () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('OSTIARY_REQUIRE_ALL', '');
    expect(requireTool('no-such-tool', 'redis-server')).toBe(
      'no-such-tool is not installed; redis-server is not installed (Debian package redis-server)',
    );
  });

  it('throws instead where everything has to run', () => {
    vi.stubEnv('OSTIARY_REQUIRE_ALL', '1');
    expect(() => requireTool('no-such-tool')).toThrow('no-such-tool is not installed');
  });
});

describe('toolPath', () => {
  it('throws when the tool is missing', () => {
    expect(() => toolPath('no-such-tool')).toThrow('no-such-tool is not installed');
  });
});
