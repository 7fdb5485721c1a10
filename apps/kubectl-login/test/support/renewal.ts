/** A session to renew, with an issuer that answers what a test says and a clock that only moves when somebody waits. */
import { setImmediate as aTurn } from 'node:timers/promises';
import type { Fetch } from '@ostiary/primitives';
import type { RenewDeps } from '../../src/get-token/renew.ts';
import { lockDeps } from './processes.ts';
import { issuer, now, session, type TestStore } from './stored.ts';

export interface Issuer {
  /** `POST /token` and so on, in order of arrival. */
  readonly requests: string[];
  /** The body of each of them. */
  readonly bodies: string[];
  /** What the requests are answered with, one after the other; the last one stays. */
  answers: (() => Response | Promise<Response>)[];
}

export interface Renewing {
  readonly deps: RenewDeps;
  readonly issuer: Issuer;
  /** How long each request was given, in milliseconds. */
  readonly timeouts: number[];
  /** Lets time pass, in milliseconds. */
  pass(milliseconds: number): void;
}

/** The surroundings of a renewal. */
export function renewing({ store }: TestStore, pid = 1): Renewing {
  let time = now;
  const asked: Issuer = { requests: [], bodies: [], answers: [() => unavailable()] };
  const timeouts: number[] = [];
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.requests.push(`${init?.method ?? 'GET'} ${url.pathname}`);
    asked.bodies.push(String(init?.body ?? ''));
    const answer = asked.answers.length > 1 ? asked.answers.shift() : asked.answers[0];
    return (answer ?? unavailable)();
  };
  const sleep = async (milliseconds: number): Promise<void> => {
    pass(milliseconds);
    await aTurn();
  };
  const clock = (): Date => new Date(time);
  const deps: RenewDeps = {
    store,
    lock: { ...lockDeps({ pid }), now: clock, sleep },
    now: clock,
    sleep,
    jitter: () => 0,
    fetchFor: () => fetch,
    timeout(milliseconds) {
      timeouts.push(milliseconds);
      return new AbortController().signal;
    },
  };
  return { deps, issuer: asked, timeouts, pass };
}

export const unavailable = (): Response => new Response(null, { status: 503 });

/** An answer of the token endpoint. @param more changes it: `refresh_token`, `id_token`; undefined leaves one out. */
export function tokens(more: Readonly<Record<string, unknown>> = {}, sub = session.subject): Response {
  const seconds = now / 1000;
  const claims = { iss: issuer, aud: 'kubectl', sub, iat: seconds, exp: seconds + 600 };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const idToken = `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
  return Response.json({ access_token: 'a', token_type: 'bearer', refresh_token: 'rt-2', id_token: idToken, ...more });
}
