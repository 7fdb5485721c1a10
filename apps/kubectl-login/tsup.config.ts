import { defineConfig, type Options } from 'tsup';
import { defineProgram } from '../../tooling/build/tsup.ts';

/**
 * Two files: `main.cjs`, a few kB that answer from the cache, and `cli.cjs`, everything else, loaded when needed.
 * CommonJS because it starts in two thirds of the time. Libraries are bundled in, for the same reason; `open` is not,
 * it brings a script file of its own.
 */
const shared: Options = {
  ...defineProgram({}),
  format: ['cjs'],
  noExternal: [/^(?!open$)/],
  sourcemap: false,
  clean: false,
  outExtension: () => ({ js: '.cjs' }),
};

export const fastPath: Options = {
  ...shared,
  // An old Node must be able to read it, to say that it is too old.
  target: 'node14',
  entry: { main: 'src/main.ts' },
  banner: { js: '#!/usr/bin/env node' },
  esbuildPlugins: [
    {
      name: 'the rest of the program stays outside',
      setup(build) {
        build.onResolve({ filter: /\/cli\.ts$/ }, () => ({ path: './cli.cjs', external: true }));
      },
    },
  ],
  esbuildOptions(options) {
    options.conditions = ['@ostiary/source'];
    // `import()` of a CommonJS file would start the ES module loader just to find it.
    options.supported = { 'dynamic-import': false };
    options.minifySyntax = true;
    options.minifyWhitespace = true;
  },
};

export const program: Options = {
  ...shared,
  entry: { cli: 'src/cli.ts' },
  esbuildOptions(options) {
    options.conditions = ['@ostiary/source'];
    options.legalComments = 'eof';
  },
};

export default defineConfig([fastPath, program]);
