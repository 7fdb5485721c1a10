/** The CustomResourceDefinition of records: whether it is there, and how it comes there. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { parse } from 'yaml';
import { Refused } from './api-error.ts';
import type { KubernetesConfig } from './config.ts';
import type { Connections } from './connections.ts';
import { HEADS, recordsPath } from './records.ts';
import { type Status, statusOf } from './status.ts';
import type { ApiAnswer } from './transport.ts';
import { Unfit } from './unfit.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** Where it is for whoever may make it. */
const APPLY = 'kubectl apply -f crd.yaml, which is in the package @ostiary/storage-kubernetes';
const POLL_MS = 100;
const POLLS = 100;

/** What is needed to look for the definition. */
export interface DefinitionOptions {
  readonly connections: Pick<Connections, 'send'>;
  readonly crdHandling: KubernetesConfig['crdHandling'];
  readonly namespace: string;
  /** Waits the given milliseconds. Tests hand in their own. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Makes sure that the API serves records. Another replica may make the definition at the same moment; one that is there
 * is not changed.
 *
 * @throws {Unfit} when it is missing and may not be made, or when it serves none.
 * @throws {Refused} for what the API says otherwise.
 */
export async function requireDefinition({ sleep = sleepFor, ...options }: DefinitionOptions): Promise<void> {
  if (await isServed(options)) return;
  if (options.crdHandling === 'check') {
    throw new Unfit(`has no definition of records, and crdHandling is check. Run: ${APPLY}`);
  }
  await create(options.connections);
  for (let poll = 0; poll < POLLS; poll += 1) {
    if (await isServed(options)) return;
    await sleep(POLL_MS);
  }
  const look = 'Look at: kubectl describe crd records.ostiary.dev';
  throw new Unfit(
    `has a definition records.ostiary.dev that serves no records: it is not ours, or not accepted. ${look}`,
  );
}

/** A refusal for lack of rights says nothing of what is there: {@link requireRights} tells it. */
async function isServed({ connections, namespace }: Omit<DefinitionOptions, 'sleep'>): Promise<boolean> {
  const answer = await connections.send({ method: 'GET', path: `${recordsPath(namespace)}?limit=1`, accept: HEADS });
  if (answer.status < 300 || answer.status === 403) return true;
  if (answer.status === 404) return false;
  throw new Refused(statusOf(answer));
}

async function create(connections: Pick<Connections, 'send'>): Promise<void> {
  const body: unknown = parse(await readFile(new URL('../crd.yaml', import.meta.url), 'utf8'));
  const answer: ApiAnswer = await connections.send({ method: 'POST', path: DEFINITIONS, body });
  if (answer.status < 300) return;
  const status: Status = statusOf(answer);
  if (status.reason === 'AlreadyExists') return;
  if (status.code !== 403) throw new Refused(status);
  const rule = '{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: [create]}';
  throw new Unfit(
    `has no definition of records and lets nobody like us make it. Run: ${APPLY}. Or give a ClusterRole ${rule}`,
  );
}
