/** Questions about Markdown files that more than one check asks. */

export interface CodeBlock {
  /** What follows the fence: language and marks. */
  readonly info: string;
  readonly code: string;
  /** Line of the first line of code, counted from 1. */
  readonly line: number;
}

const fence = /^(?<indent> *)(?<marks>`{3,}|~{3,})(?<info>.*)$/;

interface Split {
  readonly blocks: readonly CodeBlock[];
  /** The lines of the file, with those of code blocks empty. */
  readonly prose: readonly string[];
}

/** Separates the code blocks of a Markdown text from its prose. */
export function splitMarkdown(text: string): Split {
  const blocks: CodeBlock[] = [];
  const prose: string[] = [];
  let open:
    | { readonly marks: string; readonly info: string; readonly line: number; readonly code: string[] }
    | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const found = line.match(fence)?.groups;
    const marks = found?.marks ?? '';
    if (open === undefined && found) open = { marks, info: (found.info ?? '').trim(), line: index + 2, code: [] };
    else if (open === undefined) prose.push(line);
    else if (marks.startsWith(open.marks) && found?.info?.trim() === '') {
      blocks.push({ info: open.info, code: open.code.join('\n'), line: open.line });
      open = undefined;
    } else open.code.push(line);
    if (prose.length === index) prose.push('');
  }
  return { blocks, prose };
}

/** The anchors that a Markdown text offers: one per heading, made the way GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const { prose } = splitMarkdown(text);
  for (const line of prose) {
    const heading = line.match(/^#{1,6}\s+(.+?)\s*#*$/)?.[1];
    for (const id of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id[1] ?? '');
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    let free = slug;
    for (let count = 1; anchors.has(free); count += 1) free = `${slug}-${count}`;
    anchors.add(free);
  }
  return anchors;
}

function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}
