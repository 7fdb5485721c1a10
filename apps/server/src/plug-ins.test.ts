import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plugIns } from './plug-ins.ts';

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
const { dependencies } = manifest.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));
const packages = Object.keys(dependencies).filter(
  (name) => name.startsWith('@ostiary/connector-') && !name.endsWith('-sdk'),
);

describe('the server', () => {
  it.each(packages)('has every connector of %s, on which it depends', async (name) => {
    const exported: Record<string, unknown> = await import(name);
    const definitions = Object.values(exported).filter(
      (value) => typeof value === 'object' && value !== null && 'type' in value && 'open' in value,
    );
    expect(definitions).not.toEqual([]);
    const built: readonly unknown[] = [...plugIns.connectors, plugIns.passwordDatabase];
    for (const definition of definitions) expect(built).toContain(definition);
  });
});
