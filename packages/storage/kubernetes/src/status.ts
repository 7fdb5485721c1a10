import { z } from 'zod';
import type { ApiAnswer } from './transport.ts';

/** What the API says of a request that it did not carry out: the kind `Status`. */
export interface Status {
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, …; empty where something else than the API answered. */
  readonly reason: string;
  /** The name and the kind that it is about. */
  readonly name?: string;
  readonly kind?: string;
  /** Who asked for what. Empty where it would quote the object, whose value is a secret. */
  readonly message: string;
  /** Where a walk whose token has expired goes on. */
  readonly next?: string;
}

const form = z.object({
  kind: z.literal('Status'),
  message: z.string().catch(''),
  reason: z.string().catch(''),
  metadata: z.object({ continue: z.string().exactOptional() }).catch({}),
  details: z.object({ name: z.string().exactOptional(), kind: z.string().exactOptional() }).catch({}),
});

/** Bad request, too large, invalid: what is said then may be about a value. */
const quoting = [400, 413, 422];

/** Reads an answer that is no success. A missing resource, and proxies, answer with text. */
export function statusOf({ status: code, text }: ApiAnswer): Status {
  const parsed = form.safeParse(parseJson(text));
  if (!parsed.success) return { code, reason: '', message: '' };
  const { reason, metadata, details } = parsed.data;
  const message = quoting.includes(code) ? '' : parsed.data.message;
  const next = metadata.continue;
  return { code, message, reason, ...details, ...(next ? { next } : {}) };
}

/** JSON, or `undefined` for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
