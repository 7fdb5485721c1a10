import { type Key, keyToText } from '@ostiary/storage-sdk';
import type { Connections } from './connections.ts';
import { NOT_ETCD, Refused } from './etcd-error.ts';
import {
  beginsWith,
  isAbsent,
  isLess,
  type Operation,
  type Range,
  type RangeAnswer,
  read,
  remove,
  type Transaction,
  type TransactionAnswer,
  toBytes,
  toRange,
  toTransaction,
  write,
} from './gateway.ts';
import {
  deadlineText,
  endOf,
  headOf,
  type KeySpace,
  parseValue,
  type RecordState,
  type RecordText,
  toValue,
} from './record.ts';

/** What is to be written. */
export interface RecordWrite extends RecordText {
  readonly key: Key;
}

/** Some keys, as `keyToText` writes them, and whether there are more. */
export interface KeyPage {
  readonly keys: readonly string[];
  readonly more: boolean;
}

/** Some keys of the index of deadlines, whole, and whether there are more. */
export interface EndedPage {
  readonly entries: readonly string[];
  readonly more: boolean;
}

/** etcd takes 128 steps in one transaction unless it is set otherwise, and a request of 1.5 MiB; keys have up to 2,000 bytes. */
const STEPS = 100;
const DEADLINE = 16;

/** The records of one storage: one request each, or some for many. Reads ask a majority of the members. */
export class Records {
  readonly #connections: Pick<Connections, 'ask'>;
  readonly #space: KeySpace;

  constructor(connections: Pick<Connections, 'ask'>, space: KeySpace) {
    this.#connections = connections;
    this.#space = space;
  }

  async read(key: Key): Promise<RecordText | undefined> {
    return toRecord(key, await this.#range({ key: toBytes(this.#recordOf(keyToText(key))) }));
  }

  /** Writes where there is nothing; answers what is there otherwise, expired or not. */
  async create(record: RecordWrite): Promise<RecordText | undefined> {
    const name = this.#recordOf(keyToText(record.key));
    const answer = await this.#commit({
      compare: [isAbsent(name)],
      success: this.#writes(record),
      failure: [read(name)],
    });
    if (answer.succeeded) return undefined;
    const found = toRecord(record.key, answer.responses[0]?.response_range);
    if (found === undefined) throw new Refused({ http: 200, message: NOT_ETCD });
    return found;
  }

  /** Writes over one state of a record, and no other. */
  async replace(record: RecordWrite, state: RecordState): Promise<boolean> {
    const name = this.#recordOf(keyToText(record.key));
    const transaction = { compare: beginsWith(name, headOf(state)), success: this.#writesOver(record, state) };
    return (await this.#commit(transaction)).succeeded;
  }

  /**
   * Writes over whatever is there now.
   *
   * @param seen what was there. When it is another state, that one's entry stays until a sweep finds it to be of nothing.
   */
  async overwrite(record: RecordWrite, seen: RecordState): Promise<void> {
    await this.#commit({ success: this.#writesOver(record, seen) });
  }

  /** Removes one state of a record, and answers it. */
  async remove(key: Key, state: RecordState): Promise<RecordText | undefined> {
    const text = keyToText(key);
    const name = this.#recordOf(text);
    const answer = await this.#commit({
      compare: beginsWith(name, headOf(state)),
      success: [remove(name, { prev: true }), ...this.#forgets(text, state)],
    });
    const [value] = answer.responses[0]?.response_delete_range?.prev_kvs ?? [];
    return value === undefined ? undefined : parseValue(key, value.value);
  }

  /** The keys that begin with a text which is empty or ends with `/`, after one of them if it is named. */
  async page(begin: string, { limit, after }: { readonly limit: number; readonly after?: string }): Promise<KeyPage> {
    const prefix = this.#recordOf(begin);
    // What comes next after a text is the same with a NUL.
    const from = after === undefined ? prefix : `${this.#recordOf(after)}\u0000`;
    const { kvs, more } = await this.#keys(from, endOf(prefix), limit);
    return { keys: kvs.map(({ key }) => key.slice(this.#space.records.length)), more };
  }

  /** Which of these keys are records whose deadline has come. Their values stay where they are. */
  async ended(keys: readonly string[], now: Date): Promise<ReadonlySet<string>> {
    const limit = deadlineText(now.getTime() + 1);
    const ended = new Set<string>();
    for (const some of inPieces(keys)) {
      const steps = some.map((text): Operation => {
        return { request_txn: { compare: [isLess(this.#recordOf(text), limit)], success: [] } };
      });
      const { responses } = await this.#commit({ success: steps }, { isReader: true });
      for (const [index, text] of some.entries()) if (responses[index]?.response_txn?.succeeded) ended.add(text);
    }
    return ended;
  }

  /** Entries of the index whose deadline has come, the oldest first. */
  async oldest(now: Date, limit: number): Promise<EndedPage> {
    const { expires } = this.#space;
    const { kvs, more } = await this.#keys(expires, expires + deadlineText(now.getTime() + 1), limit);
    return { entries: kvs.map(({ key }) => key), more };
  }

  /**
   * Removes the records of these entries that still have that deadline, whoever wrote them, and the entries.
   *
   * @returns how many records this call has removed.
   */
  async sweep(entries: readonly string[]): Promise<number> {
    let removed = 0;
    for (const some of inPieces(entries)) {
      const steps = some.map((entry): Operation => ({ request_txn: this.#sweepOf(entry) }));
      const { responses } = await this.#commit({ success: steps });
      removed += responses.filter((step) => step.response_txn?.succeeded).length;
    }
    return removed;
  }

  #sweepOf(entry: string): Transaction {
    const rest = entry.slice(this.#space.expires.length);
    const name = this.#recordOf(rest.slice(DEADLINE + 1));
    return {
      compare: beginsWith(name, rest.slice(0, DEADLINE)),
      success: [remove(name), remove(entry)],
      failure: [remove(entry)],
    };
  }

  #writes(record: RecordWrite): readonly Operation[] {
    const text = keyToText(record.key);
    const entry = record.deadline === undefined ? [] : [write(this.#entryOf(text, record), '')];
    return [write(this.#recordOf(text), toValue(record)), ...entry];
  }

  #writesOver(record: RecordWrite, state: RecordState): readonly Operation[] {
    // A transaction may not write and remove the same key.
    const isSame = deadlineText(state.deadline) === deadlineText(record.deadline);
    return [...this.#writes(record), ...(isSame ? [] : this.#forgets(keyToText(record.key), state))];
  }

  #forgets(text: string, state: RecordState): readonly Operation[] {
    return state.deadline === undefined ? [] : [remove(this.#entryOf(text, state))];
  }

  #recordOf(text: string): string {
    return this.#space.records + text;
  }

  #entryOf(text: string, { deadline }: RecordState): string {
    return `${this.#space.expires}${deadlineText(deadline)}/${text}`;
  }

  #keys(from: string, end: string, limit: number): Promise<RangeAnswer> {
    const range = { key: toBytes(from), range_end: toBytes(end), limit: String(limit), keys_only: true };
    return this.#range(range);
  }

  async #range(body: Range): Promise<RangeAnswer> {
    return toRange(await this.#connections.ask({ path: '/v3/kv/range', body, isReader: true }));
  }

  async #commit(body: Transaction, { isReader = false } = {}): Promise<TransactionAnswer> {
    return toTransaction(await this.#connections.ask({ path: '/v3/kv/txn', body, isReader }));
  }
}

function toRecord(key: Key, answer: RangeAnswer | undefined): RecordText | undefined {
  const [found] = answer?.kvs ?? [];
  return found === undefined ? undefined : parseValue(key, found.value);
}

function* inPieces(texts: readonly string[]): Iterable<readonly string[]> {
  for (let begin = 0; begin < texts.length; begin += STEPS) yield texts.slice(begin, begin + STEPS);
}
