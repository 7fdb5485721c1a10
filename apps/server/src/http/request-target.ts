/**
 * What the first line of a request asks for, as a path. Koa has anything that is no path read by `url.parse` of Node,
 * which throws at some of it (`http://[`) and prints warnings at other (`http://a:b@c:d/`): both are a stranger's to choose.
 */
import type { RequestListener } from 'node:http';
import type { Answers } from './answers.ts';
import type { Exchanges } from './exchange.ts';

/** Brackets only in pairs, as around an IPv6 address: half of one is no host. */
const SCHEME_AND_HOST = /^https?:\/\/(?:\[[^/?#[\]]*\]|[^/?#[\]])*/i;

/**
 * Path and query of a request target. Servers must take the absolute form too (RFC 9112 section 3.2.2), whose path may
 * be empty; the host in it says nothing here. Nothing is answered for what has no path.
 */
export function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const rest = target.replace(SCHEME_AND_HOST, '');
  if (rest === target) return undefined;
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}

export interface TargetDeps {
  readonly exchanges: Exchanges;
  readonly answers: Answers;
}

/** Hands on what asks for a path, and `OPTIONS *`, which asks about the server; refuses the rest. */
export function pathsOnly(next: RequestListener, { exchanges, answers }: TargetDeps): RequestListener {
  return (req, res) => {
    const target = req.url ?? '';
    const path = req.method === 'OPTIONS' && target === '*' ? target : pathOf(target);
    if (path !== undefined) {
      req.url = path;
      next(req, res);
      return;
    }
    const exchange = exchanges.begin(req, res);
    exchange.path = target.split('?', 1).join('').slice(0, 200);
    exchanges.end(exchange, answers.text(400, '400 bad request\n'));
  };
}
