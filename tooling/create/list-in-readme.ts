import { type Kind, kinds } from './create.ts';

/**
 * The README of the workspace with one more package in its table: at the end of the line that lists those of its kind.
 *
 * @throws {Error} when there is no such line.
 */
export function listInReadme(readme: string, kind: Kind, name: string): string {
  const { prefix } = kinds[kind];
  const lines = readme.split('\n');
  const place = lines.findIndex((line) => line.startsWith(`| use one | \`${prefix}`));
  const line = lines[place];
  const end = line?.lastIndexOf('` (') ?? -1;
  if (line === undefined || end === -1) {
    throw new Error(`README.md has no line "| use one | \`${prefix}...\` (...) |". Put it back.`);
  }
  lines[place] = `${line.slice(0, end)}\`, \`${prefix}${name}${line.slice(end)}`;
  return lines.join('\n');
}
