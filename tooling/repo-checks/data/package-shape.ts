/** What every published package looks like. */

/** The oldest Node.js on which published packages run. */
export const oldestNode = '22.18';

/** Fields that have one right value. */
export const fixedFields: Readonly<Record<string, unknown>> = {
  license: 'Apache-2.0',
  type: 'module',
  engines: { node: `>=${oldestNode}` },
};

/** Fields that must be there, with what they say. */
export const filledFields: Readonly<Record<string, string>> = {
  name: 'the name under which it is published',
  version: 'the version; "0.0.0" until the first release',
  description: 'one line: what it is',
};

/** Scripts that turbo runs in every published package. */
export const requiredScripts: readonly string[] = ['build', 'typecheck'];

/** Files that every published package has. */
export const requiredFiles: readonly string[] = ['README.md', 'tsconfig.json', 'tsup.config.ts'];

/**
 * Conditions of an entry in `exports`, in the order Node and TypeScript try them: `types` after `default` would never
 * be reached.
 */
export const exportConditions: readonly string[] = ['@ostiary/source', 'types', 'default'];

/** Packages made from a template have the template's file names, so that who has seen one has seen all. */
export const templateOf: readonly { readonly dir: string; readonly template: string }[] = [
  { dir: 'packages/connectors/*', template: 'tooling/create/templates/connector' },
  { dir: 'packages/storage/*', template: 'tooling/create/templates/storage' },
];

/** Files of a template that a package may do without. */
export const optionalFiles: readonly { readonly file: string; readonly because: string }[] = [
  { file: 'test/support.ts', because: 'a connector that asks nobody needs no provider to be played' },
];
