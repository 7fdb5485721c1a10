/** The refresh grant under load: every answer's token is the next request's, as with a real client. */
import { basic } from './flow.ts';
import { measured } from './load.ts';
import { type PostLoad, post } from './post-load.ts';
import type { Subject } from './subject.ts';

export interface RefreshLoad {
  readonly name: string;
  /** The token endpoint. */
  readonly token: string;
  /** One refresh token for each connection, at least. */
  readonly refreshTokens: readonly string[];
  readonly connections: number;
}

/** A subject whose figure is refreshes per second. */
export function refreshLoad({ name, token, refreshTokens, connections }: RefreshLoad): Subject {
  const waiting = [...refreshTokens];
  const load: PostLoad = {
    url: new URL(token),
    connections,
    headers: { authorization: basic },
    form: () => `grant_type=refresh_token&refresh_token=${taken(waiting)}`,
    onAnswer: (body) => void waiting.unshift(refreshTokenOf(body)),
  };
  return { name, measure: (seconds) => measured((amount) => post(load, amount), { connections, seconds }) };
}

function taken(waiting: string[]): string {
  const token = waiting.pop();
  if (token === undefined) throw new Error('a connection has no refresh token: an answer before gave none');
  return encodeURIComponent(token);
}

/** One refresh, and the whole answer as it came. */
export async function refreshOnce(token: string, refreshToken: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
  const reply = await fetch(token, { method: 'POST', headers: { authorization: basic }, body });
  const text = await reply.text();
  if (reply.status !== 200) throw new Error(`a refresh was answered ${reply.status} ${text}`);
  return text;
}

/** The token out of the text: parsing whole answers would burden the machine that is measured. */
function refreshTokenOf(body: string): string {
  const token = /"refresh_token":\s*"([^"]+)"/.exec(body)?.[1];
  if (token === undefined) throw new Error('an answer has no refresh token');
  return token;
}
