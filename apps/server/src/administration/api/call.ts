/** One call of the API: who makes it, and what is told of it. */
import type { TLSSocket } from 'node:tls';
import { type ContextKey, createContextKey, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { Logger } from '@ostiary/primitives';
import type { Dex } from './api_pb.ts';

/** Implementations of some of the calls. */
export type Calls<Name extends keyof ServiceImpl<typeof Dex>> = Pick<ServiceImpl<typeof Dex>, Name>;

/** Who calls. */
export interface Caller {
  /** For the log: `portal (4F:0C:…)`, or `loopback` where nobody shows a certificate. */
  readonly name: string;
  /** Until when the certificate is good. */
  readonly validUntil?: Date;
}

export interface Call {
  readonly requestId: string;
  /** `CreateClient` */
  readonly rpc: string;
  readonly caller: Caller;
  /** Its lines say who called. */
  readonly log: Logger;
  /** Whether the log is told what becomes of it: its message could be read. */
  isTold: boolean;
}

/** Under which the handler keeps the call. */
export const callKey: ContextKey<Call | undefined> = createContextKey<Call | undefined>(undefined);

/** The call that an implementation answers. */
export function callOf({ values }: Pick<HandlerContext, 'values'>): Call {
  const call = values.get(callKey);
  if (call === undefined) throw new TypeError('The handler has kept no call.');
  return call;
}

/** As `openssl x509 -fingerprint -sha256` writes it, from the beginning. */
const FINGERPRINT_LENGTH = '4F:0C:5D:1A:9B:33:7E:20'.length;
/** Whoever makes certificates writes what they like into them. */
const MOST_OF_A_NAME = 100;

/** Who is at the other end of a connection. Those without a certificate were let in because it ends on this machine. */
export function callerOf(socket: object): Caller {
  const certificate = isTls(socket) ? socket.getPeerCertificate() : undefined;
  if (certificate?.fingerprint256 === undefined) return { name: 'loopback' };
  const { subject, fingerprint256, valid_to: validTo } = certificate;
  const names: unknown = subject.CN;
  const name = (Array.isArray(names) ? names.join(' ') : String(names ?? 'no name')).slice(0, MOST_OF_A_NAME);
  return { name: `${name} (${fingerprint256.slice(0, FINGERPRINT_LENGTH)})`, validUntil: new Date(validTo) };
}

const isTls = (socket: object): socket is TLSSocket => 'getPeerCertificate' in socket;
