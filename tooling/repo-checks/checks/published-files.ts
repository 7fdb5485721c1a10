/** The packed packages satisfy publint and Are The Types Wrong, in the form they have on the registry. */
import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Check, Finding } from '../check.ts';
import type { Packer, Tarball } from '../packing.ts';

/** The packages are ES modules only (`attw --profile esm-only`): who resolves them otherwise is told by Node. */
const ignoredResolutions: readonly string[] = ['node10', 'node16-cjs'];

/** Makes the check `published-files`. */
export const publishedFiles = (pack: Packer): Check => ({
  name: 'published-files',
  run: async (workspace) => {
    const findings: Finding[] = [];
    for (const tarball of await pack(workspace)) {
      findings.push(...(await lintPackage(tarball)), ...(await lintTypes(tarball)));
    }
    return findings;
  },
});

async function lintPackage({ pkg, file }: Tarball): Promise<readonly Finding[]> {
  const bytes = await readFile(file);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages } = await publint({ pack: { tarball } });
  return messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => ({
      path: `${pkg.dir}/package.json`,
      problem: `publint: ${formatMessage(message, pkg.manifest, { color: false }) ?? message.code}`,
      remedy: 'Correct the field, build, and check again.',
    }));
}

async function lintTypes({ pkg, file }: Tarball): Promise<readonly Finding[]> {
  const analysis = await checkPackage(createPackageFromTarballData(await readFile(file)));
  // A program has no types and needs none.
  if (!analysis.types) {
    if (pkg.manifest.bin !== undefined) return [];
    return [{ path: `${pkg.dir}/package.json`, problem: 'it is published without types.', remedy: 'Run pnpm build.' }];
  }
  const problems = analysis.problems.filter(
    (problem) => !('resolutionKind' in problem && ignoredResolutions.includes(problem.resolutionKind)),
  );
  return problems.map((problem) => ({
    path: `${pkg.dir}/package.json`,
    problem: `attw: ${problemKindInfo[problem.kind].title} (${whereabouts(problem)}).`,
    remedy: `See ${problemKindInfo[problem.kind].docsUrl}.`,
  }));
}

const whereabouts = (problem: Problem): string =>
  'entrypoint' in problem ? `${problem.entrypoint}, ${problem.resolutionKind}` : JSON.stringify(problem);
