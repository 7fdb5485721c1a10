/** Parts of the tree that live on another server (RFC 4511 section 4.5.3). Asked only where the configuration says so. */
import type { Server } from './servers.ts';

/** A part of the tree, and the servers that have it: any of them will do. */
export interface Continuation {
  readonly servers: readonly Server[];
  /** DN below which to search there. */
  readonly base: string;
}

/** What references are compared with. */
export interface Referring {
  /** The servers that the configuration names. */
  readonly named: readonly Server[];
  /** Where the search began; a reference without a DN means the same. */
  readonly base: string;
}

/**
 * The references that may be followed: those to a server that is named. The password of this service goes nowhere
 * else, whatever a directory says.
 *
 * @param references LDAP URLs (RFC 4516). Several for one part of the tree are one continuation.
 */
export function continuations(references: readonly string[], { named, base }: Referring): readonly Continuation[] {
  const found = new Map<string, { readonly base: string; readonly servers: Set<Server> }>();
  for (const reference of references) {
    if (!URL.canParse(reference)) continue;
    const { hostname, pathname } = new URL(reference);
    const name = hostname.replace(/^\[|\]$/gu, '').toLowerCase();
    const server = named.find(({ host }) => host.toLowerCase() === name);
    const there = decoded(pathname.slice(1));
    if (server === undefined || there === undefined) continue;
    const key = (there || base).toLowerCase();
    const part = found.get(key) ?? { base: there || base, servers: new Set<Server>() };
    part.servers.add(server);
    found.set(key, part);
  }
  return [...found.values()].map((part) => ({ base: part.base, servers: [...part.servers] }));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
