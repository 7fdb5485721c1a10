import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** The objects of RBAC that docs/operating.md gives to the service account `ostiary` in the namespace `dex`. */
export function documentedRights(): readonly object[] {
  const operating = readFileSync(join(import.meta.dirname, '../../../docs/operating.md'), 'utf8');
  const [, text = ''] = /## Records in Kubernetes\n.*?```yaml\n(.*?)```/su.exec(operating) ?? [];
  const objects = parseAllDocuments(text).map((document): object => document.toJS());
  if (objects.length !== 4) throw new Error('docs/operating.md has another number of objects for RBAC');
  return objects;
}
