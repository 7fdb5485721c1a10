import { isDeepStrictEqual } from 'node:util';
import type { RandomBytes } from '@ostiary/primitives';
import { randomVersion } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { Refused } from './api-error.ts';
import type { Connections } from './connections.ts';
import { objectName, toObject, toPatch } from './record-object.ts';
import { HEADS, recordsPath } from './records.ts';
import { parseJson, statusOf } from './status.ts';
import type { ApiAnswer, ApiRequest } from './transport.ts';
import { Unfit } from './unfit.ts';

/** What is needed to try every right. */
export interface RightsOptions {
  readonly connections: Pick<Connections, 'send'>;
  readonly namespace: string;
  readonly random: RandomBytes;
}

const FORBIDDEN = 403;
/** Answered for an object that is not there, and for one that is there in another state. */
const harmless = [404, 409];

/**
 * Tries each verb on a record that is not there, as a dry run: nothing is written. What a dry run answers also tells
 * whether the definition keeps what it is given.
 *
 * @throws {Unfit} with the rule to add, or when the namespace or the definition does not fit.
 * @throws {Refused} for what the API says otherwise.
 */
export async function requireRights({ connections, namespace, random }: RightsOptions): Promise<void> {
  const write = { key: ['probe', randomVersion(random)] as const, json: 'null', deadline: 1, mark: 'probe' };
  const [all, one] = [recordsPath(namespace), recordsPath(namespace, objectName(write.key))];
  const dry = '?dryRun=All';
  const probes: Readonly<Record<string, ApiRequest>> = {
    // Without a selector: with one, the API server may read all records to find the first.
    list: { method: 'GET', path: `${all}?limit=1`, accept: HEADS },
    get: { method: 'GET', path: one },
    create: { method: 'POST', path: all + dry, body: toObject(write) },
    update: { method: 'PUT', path: one + dry, body: toObject(write, '1') },
    patch: { method: 'PATCH', path: one + dry, body: toPatch(write) },
    delete: { method: 'DELETE', path: one + dry, body: { apiVersion: 'v1', kind: 'DeleteOptions' } },
  };
  const tried: Probe[] = [];
  for (const [verb, request] of Object.entries(probes)) {
    tried.push({ verb, request, answer: await connections.send(request), namespace });
  }
  const refused = tried.filter(({ answer }) => answer.status === FORBIDDEN);
  const [first] = refused;
  if (first === undefined) return tried.forEach(requireFit);
  const verbs = refused.map(({ verb }) => verb).join(', ');
  const rule = `{apiGroups: [ostiary.dev], resources: [records], verbs: [${verbs}]}`;
  const { message } = statusOf(first.answer);
  throw new Unfit(`refuses: ${message}. Its Role in the namespace ${namespace} must have ${rule}`);
}

interface Probe {
  readonly verb: string;
  readonly request: ApiRequest;
  readonly answer: ApiAnswer;
  readonly namespace: string;
}

function requireFit({ verb, request, answer, namespace }: Probe): void {
  if (answer.status < 300) {
    if (verb === 'create' && !isKept(request.body, answer)) throw notOurs();
    return;
  }
  const status = statusOf(answer);
  if (status.kind === 'namespaces')
    throw new Unfit(`has no namespace ${namespace}. Create it, or correct \`namespace\``);
  if (status.code === 422) throw notOurs();
  if (verb === 'create' || verb === 'list' || !harmless.includes(status.code)) throw new Refused(status);
}

const textMap = z.record(z.string(), z.string()).catch({});
const keptForm = z.object({
  metadata: z.object({ labels: textMap, annotations: textMap }),
  spec: z.object({ value: z.string(), write: z.string() }),
});

/** A schema of another form leaves out what it does not know; an admission controller may add labels of its own. */
function isKept(sent: unknown, { text }: ApiAnswer): boolean {
  const [wanted, kept] = [keptForm.parse(sent), keptForm.safeParse(parseJson(text))];
  if (!kept.success) return false;
  const { metadata, spec } = kept.data;
  return isDeepStrictEqual(
    { spec, labels: { ...metadata.labels, ...wanted.metadata.labels }, annotations: metadata.annotations },
    {
      spec: wanted.spec,
      labels: metadata.labels,
      annotations: { ...metadata.annotations, ...wanted.metadata.annotations },
    },
  );
}

const notOurs = (): Unfit =>
  new Unfit(
    'has a definition records.ostiary.dev that keeps not all of a record: it is older, or not ours. Compare it with crd.yaml of the package @ostiary/storage-kubernetes',
  );
