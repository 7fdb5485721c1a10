import type { Check } from '../check.ts';
import { createPacker } from '../packing.ts';
import { changesetsPresent } from './changesets-present.ts';
import { commands } from './commands.ts';
import { docsExamples } from './docs-examples.ts';
import { docsInstalls } from './docs-installs.ts';
import { docstrings } from './docstrings.ts';
import { events } from './events.ts';
import { exportsMatchBuild } from './exports-match-build.ts';
import { forbiddenInside } from './forbidden-inside.ts';
import { importDirections } from './import-directions.ts';
import { limitsCheck } from './limits.ts';
import { links } from './links.ts';
import { packAndConsume } from './pack-and-consume.ts';
import { packageShape } from './package-shape.ts';
import { publicText } from './public-text.ts';
import { publishedFiles } from './published-files.ts';
import { standIns } from './stand-ins.ts';

export interface CheckOptions {
  /** Text that tells about this machine, such as the host of its package registry. */
  readonly ofThisMachine: readonly { readonly what: string; readonly text: string }[];
}

/** All checks, in the order they run: the quick ones first, then those that need a build. */
export function allChecks(options: CheckOptions): readonly Check[] {
  const pack = createPacker();
  return [
    importDirections,
    packageShape,
    limitsCheck,
    publicText(options),
    changesetsPresent,
    links,
    commands,
    docsExamples,
    docsInstalls,
    docstrings,
    events,
    standIns,
    exportsMatchBuild,
    forbiddenInside(),
    publishedFiles(pack),
    packAndConsume(pack),
  ];
}
