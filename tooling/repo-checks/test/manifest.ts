/** A package.json with which every check agrees, to change one field of. */
export const soundManifest = (name: string): Readonly<Record<string, unknown>> => ({
  name,
  version: '0.0.0',
  description: 'What it is',
  license: 'Apache-2.0',
  type: 'module',
  engines: { node: '>=22.18' },
  sideEffects: false,
  files: ['dist', 'src', '!src/**/*.test.ts'],
  exports: {
    '.': { '@ostiary/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  scripts: { build: 'tsup', typecheck: 'tsc -p tsconfig.json' },
});
