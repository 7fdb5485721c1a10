import type { Key } from '@ostiary/storage-sdk';
import type { Connections } from './connections.ts';
import {
  API_VERSION,
  type ObjectState,
  objectName,
  parseHead,
  parseObject,
  parsePage,
  type RecordHead,
  type RecordObject,
  type RecordPage,
  type RecordWrite,
  toObject,
  toPatch,
} from './record-object.ts';
import { parseJson, type Status } from './status.ts';
import type { ApiRequest } from './transport.ts';

/** Asks for objects without their values. */
const HEAD = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** The same for a list. */
export const HEADS = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** Who has written, in `managedFields`. */
const MANAGER = { fieldManager: 'ostiary' };

/** The path of the records of a namespace, or of one. */
export function recordsPath(namespace: string, name?: string): string {
  const all = `/apis/${API_VERSION}/namespaces/${namespace}/records`;
  return name === undefined ? all : `${all}/${name}`;
}

/** The records of one namespace: one request each. Reads ask etcd, unless something else is said. What is not written is not answered. */
export class Records {
  readonly #connections: Pick<Connections, 'ask'>;
  readonly #namespace: string;

  constructor(connections: Pick<Connections, 'ask'>, namespace: string) {
    this.#connections = connections;
    this.#namespace = namespace;
  }

  async read(key: Key): Promise<RecordObject | undefined> {
    const name = objectName(key);
    const answer = await this.#connections.ask({ method: 'GET', path: this.#path({}, name) }, isOf(name, 'NotFound'));
    return answer.status === 200 ? parseObject(parseJson(answer.text)) : undefined;
  }

  create(write: RecordWrite): Promise<RecordHead | undefined> {
    return this.#write({ method: 'POST', body: toObject(write) }, write, ['AlreadyExists']);
  }

  /** Replaces one state of a record, and no other. */
  replace(write: RecordWrite, resourceVersion: string): Promise<RecordHead | undefined> {
    return this.#write({ method: 'PUT', body: toObject(write, resourceVersion) }, write, ['Conflict', 'NotFound']);
  }

  /** Writes over whatever is there, if there is something. */
  overwrite(write: RecordWrite): Promise<RecordHead | undefined> {
    return this.#write({ method: 'PATCH', body: toPatch(write) }, write, ['NotFound']);
  }

  /** Removes one state of a record; false when it is another one, or gone. */
  async remove({ name, uid, resourceVersion }: ObjectState): Promise<boolean> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    const request = { method: 'DELETE', path: this.#path({}, name), body } as const;
    return (await this.#connections.ask(request, isOf(name, 'Conflict', 'NotFound'))).status < 300;
  }

  /** A page of all records, and the token for the next. A token that has expired is good for what the server offers. */
  async page(limit: number, token?: string): Promise<RecordPage> {
    const query = { limit: String(limit), ...(token === undefined ? {} : { continue: token }) };
    const gone: { status?: Status } = {};
    const request = { method: 'GET', path: this.#path(query), accept: HEADS } as const;
    const answer = await this.#connections.ask(request, (status) => {
      gone.status = status;
      return token !== undefined && status.code === 410;
    });
    if (answer.status === 200) return parsePage(parseJson(answer.text));
    // Without an offer the walk begins anew: what it has listed comes again, which is better than not at all.
    return this.page(limit, gone.status?.next);
  }

  /**
   * Records that a selector of labels finds, from the cache of the API server: from etcd it would have to read all.
   *
   * @param notBefore a version that the cache must have seen; `0`: as it is.
   */
  async select(labelSelector: string, notBefore: string): Promise<readonly RecordHead[]> {
    const match = notBefore === '0' ? {} : { resourceVersionMatch: 'NotOlderThan' };
    const query = { labelSelector, resourceVersion: notBefore, ...match };
    const request = { method: 'GET', path: this.#path(query), accept: HEADS } as const;
    return parsePage(parseJson((await this.#connections.ask(request, () => false)).text)).heads;
  }

  /** Answers the new state, and nothing when the API says one of these of the record, or it is about to go. */
  async #write(
    { method, body }: Pick<ApiRequest, 'method' | 'body'>,
    { key }: RecordWrite,
    lost: readonly string[],
  ): Promise<RecordHead | undefined> {
    const name = objectName(key);
    const path = method === 'POST' ? this.#path(MANAGER) : this.#path(MANAGER, name);
    const answer = await this.#connections.ask({ method, path, body, accept: HEAD }, isOf(name, ...lost));
    return answer.status < 300 ? parseHead(parseJson(answer.text)) : undefined;
  }

  #path(query: Readonly<Record<string, string>>, name?: string): string {
    const text = new URLSearchParams(query).toString();
    return recordsPath(this.#namespace, name) + (text && `?${text}`);
  }
}

/** True when the API says one of these of the record itself: a missing resource or namespace is no missing record. */
function isOf(name: string, ...reasons: readonly string[]): (status: Status) => boolean {
  return (status) => status.name === name && reasons.includes(status.reason);
}
