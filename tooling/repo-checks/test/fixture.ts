/** A small workspace in a temp folder, for the tests of the checks. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { openWorkspace, type Workspace } from '../workspace.ts';

export type Files = Readonly<Record<string, string | object>>;

const workspaceFile = `packages:
  - packages/*
  - packages/connectors/*
  - packages/storage/*
  - apps/*
  - tooling/*
`;

/** Writes `files` (an object becomes JSON) and opens them as a workspace. The folder goes when the test is over. */
export function fixture(files: Files): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'ostiary-checks-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ 'pnpm-workspace.yaml': workspaceFile, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return openWorkspace(root, filesBelow(root));
}

function filesBelow(root: string): readonly string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
