import { isJsonObject } from '@ostiary/primitives';
import { z } from 'zod';
import { NOT_ETCD, Refused } from './etcd-error.ts';

/** What was answered, whatever its status. */
export interface GatewayAnswer {
  /** Of HTTP. */
  readonly status: number;
  readonly text: string;
}

/** What etcd says of a request that it did not carry out. */
export interface GatewayStatus {
  readonly http: number;
  /** In the words of etcd; empty where something else has answered. */
  readonly message: string;
}

const form = z.object({ message: z.string().exactOptional(), error: z.string().exactOptional() });

/** All that etcd itself says begins so. What its gateway says of a request that it cannot read may quote it. */
const ofEtcd = /^(?:etcdserver|etcdclient|mvcc|auth|raft|rpc|grpc|transport|context|CommonName)\b/u;

/** Reads an answer that is no success. What is said before the gateway is asked is text, and so is what proxies say. */
export function statusOf({ status: http, text }: GatewayAnswer): GatewayStatus {
  const { data } = form.safeParse(parseJson(text));
  const message = data?.message ?? data?.error ?? text.trim();
  return { http, message: ofEtcd.test(message) ? message : '' };
}

/** True when the token that was sent counts no more. The request was not carried out. */
export function isTokenRefused(answer: GatewayAnswer): boolean {
  return answer.status === 401 || /auth store is old/u.test(answer.status < 300 ? '' : statusOf(answer).message);
}

/**
 * What a request came to, as JSON.
 *
 * @throws {Refused} when it was not carried out, or something else than etcd has answered.
 */
export function acceptedAnswer(answer: GatewayAnswer): unknown {
  if (answer.status !== 200) throw new Refused(statusOf(answer));
  const json = parseJson(answer.text);
  // etcd never leaves it out. An answer of something else must not look like one that has found nothing.
  if (isJsonObject(json) && isJsonObject(json.header)) return json;
  throw new Refused({ http: answer.status, message: NOT_ETCD });
}

/** JSON, or `undefined` for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
