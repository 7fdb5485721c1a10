/** Counts what a connector asks a directory. Latency is that of a real server on this machine. */
import { Client } from 'ldapts';
import type { Meter } from './meter.ts';

/** Operations of LDAP that wait for an answer. Pages of one search count as one. */
const operations = ['bind', 'search', 'startTLS'] as const;

/** A meter over the LDAP client; the connector has to use the same copy of it. Undo it with `using`. */
export function ldapMeter(): Meter & Disposable {
  let count = 0;
  const { prototype } = Client;
  const originals = operations.map((name) => [name, prototype[name]] as const);
  for (const [name, original] of originals) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(this: Client, ...args: unknown[]): unknown {
        count += 1;
        return Reflect.apply(original, this, args);
      },
    });
  }
  return {
    fetch: async () => Promise.reject(new Error('LDAP does not use HTTP')),
    async cost(work) {
      count = 0;
      const begin = performance.now();
      const answer = await work();
      return { answer, cost: { requests: count, rounds: count, milliseconds: performance.now() - begin } };
    },
    [Symbol.dispose]() {
      for (const [name, value] of originals)
        Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    },
  };
}
