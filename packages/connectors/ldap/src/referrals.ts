/** Parts of the tree that live on another server (RFC 4511 section 4.5.3). Asked only where the configuration says so. */
import type { Server } from './servers.ts';

/** A part of the tree, and the server that has it. */
export interface Continuation {
  readonly server: Server;
  /** DN below which to search there. */
  readonly base: string;
}

/**
 * The references that may be followed: those to a server of the configuration. The password of this service goes
 * nowhere else, whatever a directory says.
 *
 * @param references LDAP URLs (RFC 4516).
 * @param base where the search began; a reference without a DN means the same.
 */
export function continuations(
  references: readonly string[],
  { servers, base }: { readonly servers: readonly Server[]; readonly base: string },
): readonly Continuation[] {
  return references.flatMap((reference) => {
    if (!URL.canParse(reference)) return [];
    const { hostname, pathname } = new URL(reference);
    const name = hostname.replace(/^\[|\]$/gu, '').toLowerCase();
    const server = servers.find(({ host }) => host.toLowerCase() === name);
    const there = decoded(pathname.slice(1));
    return server === undefined || there === undefined ? [] : [{ server, base: there || base }];
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
