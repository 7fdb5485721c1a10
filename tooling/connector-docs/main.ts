/** Writes what stands in documents about connectors: the tables of keys in their READMEs, and docs/connectors.md. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findConnectors } from './definitions.ts';
import { renderOverview, renderReadme } from './render.ts';

const root = dirname(dirname(import.meta.dirname));
const packages = await findConnectors(root);
for (const one of packages) writeFileSync(one.readmePath, renderReadme(one));
writeFileSync(join(root, 'docs/connectors.md'), await renderOverview(packages));
