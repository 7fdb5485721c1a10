import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plugIns } from './plug-ins.ts';

const folder = fileURLToPath(new URL('../../../packages/connectors', import.meta.url));
const packages = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
);

describe('the server', () => {
  it.each(packages)('has every connector of @ostiary/connector-%s', async (name) => {
    const exported: Record<string, unknown> = await import(`@ostiary/connector-${name}`);
    const definitions = Object.values(exported).filter(
      (value) => typeof value === 'object' && value !== null && 'type' in value && 'open' in value,
    );
    expect(definitions).not.toEqual([]);
    const built: readonly unknown[] = [...plugIns.connectors, plugIns.passwordDatabase];
    for (const definition of definitions) expect(built).toContain(definition);
  });
});
