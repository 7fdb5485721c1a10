/** docs/write-a-connector.md, followed from top to bottom in a copy of the workspace. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { follow, stepsOf } from './tutorial.ts';
import { copyWorkspace } from './workspace-copy.ts';

it('docs/write-a-connector.md leads to a connector that passes everything it says', { timeout: 300_000 }, () => {
  using copy = copyWorkspace();
  const steps = stepsOf(readFileSync(join(copy.root, 'docs/write-a-connector.md'), 'utf8'));
  expect(steps.length).toBeGreaterThan(15);
  follow(steps, {
    run: (command) => copy.run('bash', '-c', `${command} 2>&1`),
    read: (path) => readFileSync(join(copy.root, path), 'utf8'),
    write(path, text) {
      mkdirSync(dirname(join(copy.root, path)), { recursive: true });
      writeFileSync(join(copy.root, path), text);
    },
  });
});
