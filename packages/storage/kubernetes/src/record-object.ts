import { createHash } from 'node:crypto';
import { OstiaryError } from '@ostiary/primitives';
import { type Key, keyToText, type Version } from '@ostiary/storage-sdk';
import { z } from 'zod';

/** Group and version of the custom resource. */
export const API_VERSION = 'ostiary.dev/v1';
const KIND_LABEL = 'ostiary.dev/kind';
/** Milliseconds since 1970. A label, so that the API server finds what has expired. */
export const EXPIRES_LABEL = 'ostiary.dev/expires';
/** One of {@link SHARDS}, as evenly spread as a hash is. */
export const SHARD_LABEL = 'ostiary.dev/shard';
const KEY_ANNOTATION = 'ostiary.dev/key';

/** How many parts the records are in, to find out from one how many have expired in all. */
export const SHARDS = 256;
/** What a label may say (Kubernetes: labels and selectors). */
const labelValue = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/u;

/** The state of an object that a write replaces, or a removal ends. */
export interface ObjectState {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** An object without its value. */
export interface RecordHead extends ObjectState {
  /** As `keyToText` writes it. Absent: nothing of ours has made it. */
  readonly key?: string;
  readonly deadline?: number;
}

/** What is to be written. */
export interface RecordWrite {
  readonly key: Key;
  /** The value as JSON text: made at once, since its owner may go on changing it. */
  readonly json: string;
  readonly deadline: number | undefined;
  /** Another one for every write: the API server does not write an object that is as it was, and gives it no new version. */
  readonly mark: string;
}

/** The name of the object of a key. A hash, since names have lower case only and stand in URLs and audit logs. */
export function objectName(key: Key): string {
  return createHash('sha256').update(keyToText(key)).digest('hex');
}

/** The shard of this number, from 0. */
export const shard = (number: number): string => number.toString(16).padStart(2, '0');

/** The object that is sent. With a `resourceVersion` it replaces that state and no other. */
export function toObject(write: RecordWrite, resourceVersion?: string): object {
  const metadata = metadataOf(write);
  return {
    apiVersion: API_VERSION,
    kind: 'Record',
    metadata: resourceVersion === undefined ? metadata : { ...metadata, resourceVersion },
    // In base64 the largest value fits into a request of etcd, whatever is in it: Go writes six bytes for a `<`.
    spec: { value: Buffer.from(write.json).toString('base64'), write: write.mark },
  };
}

const metadataOf = (write: RecordWrite) => ({
  name: objectName(write.key),
  labels: labelsOf(write),
  annotations: { [KEY_ANNOTATION]: keyToText(write.key) },
});

function labelsOf({ key, deadline }: RecordWrite): Readonly<Record<string, string>> {
  const [kind] = key;
  return {
    [SHARD_LABEL]: objectName(key).slice(0, 2),
    ...(kind !== '' && labelValue.test(kind) ? { [KIND_LABEL]: kind } : {}),
    ...(deadline === undefined ? {} : { [EXPIRES_LABEL]: labelOf(deadline) }),
  };
}

/** The same as a merge patch (RFC 7396), which must name the deadline that is not there any more. */
export function toPatch(write: RecordWrite): object {
  return {
    ...toObject(write),
    metadata: { ...metadataOf(write), labels: { [EXPIRES_LABEL]: null, ...labelsOf(write) } },
  };
}

/** A label has no sign. What ended before 1970 has ended at 1970 as well. */
const labelOf = (deadline: number): string => String(Math.max(0, deadline));

const metadata = z.object({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  labels: z.record(z.string(), z.string()).catch({}),
  annotations: z.record(z.string(), z.string()).catch({}),
  deletionTimestamp: z.string().exactOptional(),
});
const headForm = z.object({ metadata });
const objectForm = z.object({ metadata, spec: z.object({ value: z.string(), write: z.string() }) });
const listForm = z.object({
  metadata: z.object({ continue: z.string().exactOptional() }),
  items: z.array(headForm).nullish(),
});

/** An object with its value, as JSON text. */
export interface RecordObject extends RecordHead {
  readonly json: string;
  readonly mark: string;
}

/** A page of objects without their values. */
export interface RecordPage {
  readonly heads: readonly RecordHead[];
  /** The token for what follows. */
  readonly next?: string;
}

/**
 * Reads what the API answers for one object. One that only waits for somebody's finalizer is gone.
 *
 * @throws {OstiaryError} `storage/corrupt` for what is none of ours.
 */
export function parseObject(answer: unknown): RecordObject | undefined {
  const { metadata: about, spec } = parsed(objectForm, answer);
  if (about.deletionTimestamp !== undefined) return undefined;
  return { ...toHead(about), json: Buffer.from(spec.value, 'base64').toString(), mark: spec.write };
}

/** The same for an answer with metadata only; `undefined` when the object is about to go. */
export function parseHead(answer: unknown): RecordHead | undefined {
  const { metadata: about } = parsed(headForm, answer);
  return about.deletionTimestamp === undefined ? toHead(about) : undefined;
}

/** The same for a list. */
export function parsePage(answer: unknown): RecordPage {
  const { metadata: about, items } = parsed(listForm, answer);
  const heads = (items ?? []).map((item) => toHead(item.metadata));
  return about.continue ? { heads, next: about.continue } : { heads };
}

function toHead({ name, uid, resourceVersion, labels, annotations }: z.infer<typeof metadata>): RecordHead {
  const [key, expires] = [annotations[KEY_ANNOTATION], labels[EXPIRES_LABEL]];
  return {
    ...{ name, uid, resourceVersion },
    ...(key === undefined ? {} : { key }),
    ...(expires === undefined ? {} : { deadline: Number(expires) }),
  };
}

/** The issue says a path, and quotes nothing. */
function parsed<T>(form: z.ZodType<T>, answer: unknown): T {
  const result = form.safeParse(answer);
  if (result.success) return result.data;
  const problem = `it is not as the API describes it: ${result.error.issues[0]?.path.join('.') ?? ''}`;
  throw new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { detail: { problem } });
}

/** Names a state of a record, with its deadline: a replacement must know both, and reads neither. */
export function toVersion({ resourceVersion, deadline }: Omit<RecordHead, 'name' | 'uid'>): Version {
  return deadline === undefined ? resourceVersion : `${resourceVersion}.${deadline}`;
}

/** What {@link toVersion} put together; `undefined` for a text of others. */
export function parseVersion(
  version: Version,
): { readonly resourceVersion: string; readonly deadline?: number } | undefined {
  const [, resourceVersion, deadline] = /^([1-9]\d{0,18})(?:\.(\d{1,16}))?$/u.exec(version) ?? [];
  if (resourceVersion === undefined) return undefined;
  return deadline === undefined ? { resourceVersion } : { resourceVersion, deadline: Number(deadline) };
}
