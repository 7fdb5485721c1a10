/** What the JSON gateway of etcd takes and gives: ranges and transactions, with keys and values in base64. */
import { z } from 'zod';
import { NOT_ETCD, Refused } from './etcd-error.ts';

/** A condition of a transaction. */
export type Compare = { readonly key: string } & (
  | { readonly target: 'CREATE'; readonly result: 'EQUAL'; readonly create_revision: '0' }
  | { readonly target: 'VERSION'; readonly result: 'GREATER'; readonly version: '0' }
  | { readonly target: 'VALUE'; readonly result: 'GREATER' | 'LESS'; readonly value: string }
);

/** Keys from one up to another, which is not among them, in their order. Without an end: this one. */
export interface Range {
  readonly key: string;
  readonly range_end?: string;
  readonly limit?: string;
  readonly keys_only?: boolean;
}

/** A step of a transaction. */
export type Operation =
  | { readonly request_range: Range }
  | { readonly request_put: { readonly key: string; readonly value: string } }
  | { readonly request_delete_range: { readonly key: string; readonly prev_kv: boolean } }
  | { readonly request_txn: Transaction };

/** Does `success` when all conditions hold, `failure` otherwise, all of it at one moment. */
export interface Transaction {
  readonly compare?: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure?: readonly Operation[];
}

/** A text as the gateway wants it. */
export const toBytes = (text: string): string => Buffer.from(text).toString('base64');

/** What {@link toBytes} was given. */
export const fromBytes = (bytes: string): string => Buffer.from(bytes, 'base64').toString();

/** There is no such key. */
export const isAbsent = (key: string): Compare => ({
  ...{ key: toBytes(key), target: 'CREATE', result: 'EQUAL', create_revision: '0' },
});

/** There is such a key. */
export const isThere = (key: string): Compare => ({
  ...{ key: toBytes(key), target: 'VERSION', result: 'GREATER', version: '0' },
});

/** The value begins with this text, and goes on with a space. */
export const beginsWith = (key: string, text: string): readonly Compare[] => [
  { key: toBytes(key), target: 'VALUE', result: 'GREATER', value: toBytes(`${text} `) },
  // What comes after a space.
  { key: toBytes(key), target: 'VALUE', result: 'LESS', value: toBytes(`${text}!`) },
];

/** The value is less than this text. It is not where there is no such key. */
export const isLess = (key: string, text: string): Compare => ({
  ...{ key: toBytes(key), target: 'VALUE', result: 'LESS', value: toBytes(text) },
});

/** Reads one key. */
export const read = (key: string): Operation => ({ request_range: { key: toBytes(key) } });

/** Writes one key. */
export const write = (key: string, value: string): Operation => ({
  request_put: { key: toBytes(key), value: toBytes(value) },
});

/** Removes one key, if it is there, and answers what it was when that is wanted. */
export const remove = (key: string, { prev = false }: { readonly prev?: boolean } = {}): Operation => ({
  request_delete_range: { key: toBytes(key), prev_kv: prev },
});

/** A key and its value, which is empty where only keys were asked for. */
interface Pair {
  readonly key: string;
  readonly value: string;
}

/** What is in a range. */
export interface RangeAnswer {
  readonly kvs: readonly Pair[];
  /** There is more in it than was asked for. */
  readonly more: boolean;
}

/** What one step came to. */
export interface StepAnswer {
  readonly response_range?: RangeAnswer;
  readonly response_delete_range?: { readonly prev_kvs: readonly Pair[] };
  readonly response_txn?: { readonly succeeded: boolean };
}

/** What a transaction came to, with one response for each step that was done. */
export interface TransactionAnswer {
  readonly succeeded: boolean;
  readonly responses: readonly StepAnswer[];
}

// The gateway leaves out what is empty, 0 or false.
const pair = z.object({ key: z.string().transform(fromBytes), value: z.string().default('').transform(fromBytes) });
const pairs = z.array(pair).default([]);
const succeeded = z.boolean().default(false);
const rangeForm: z.ZodType<RangeAnswer> = z.object({ kvs: pairs, more: z.boolean().default(false) });
const stepForm: z.ZodType<StepAnswer> = z.object({
  response_range: rangeForm.exactOptional(),
  response_delete_range: z.object({ prev_kvs: pairs }).exactOptional(),
  response_txn: z.object({ succeeded }).exactOptional(),
});
const transactionForm: z.ZodType<TransactionAnswer> = z.object({ succeeded, responses: z.array(stepForm).default([]) });

/** Reads the answer to a range. */
export const toRange = (answer: unknown): RangeAnswer => parsed(rangeForm, answer);

/** Reads the answer to a transaction. */
export const toTransaction = (answer: unknown): TransactionAnswer => parsed(transactionForm, answer);

function parsed<T>(form: z.ZodType<T>, answer: unknown): T {
  const result = form.safeParse(answer);
  if (result.success) return result.data;
  throw new Refused({ http: 200, message: NOT_ETCD });
}
