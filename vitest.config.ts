import { defineConfig } from 'vitest/config';

// Siblings are read from their source, so tests need no build; `conditions` replaces the defaults, so they are listed.
const conditions = ['@ostiary/source', 'module', 'node', 'development|production'];
const everywhere = ['packages', 'apps', 'tooling'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const exclude = ['**/node_modules/**', '**/dist/**', 'tooling/create/templates/**'];

export default defineConfig({
  test: {
    reporters: ['default', './tooling/vitest/tally-reporter.mjs'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: everywhere.map((dir) => `${dir}/**/*.test.{ts,tsx}`),
          exclude: [...exclude, '**/*.int.test.ts', '**/*.e2e.test.ts'],
          setupFiles: ['./tooling/vitest/no-network.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: everywhere.map((dir) => `${dir}/**/*.int.test.ts`),
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: everywhere.map((dir) => `${dir}/**/*.e2e.test.ts`),
          exclude,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
