import type { Fetch } from '@ostiary/primitives';

/** Answers a request, or `undefined` to let the next handler try. */
export type FetchHandler = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** A `fetch` that a test has written, and what it was asked. */
export interface ScriptedFetch {
  readonly fetch: Fetch;
  /** Every request so far, in order, with bodies that can still be read. */
  readonly requests: readonly Request[];
}

/** A `fetch` that is answered by handlers, the first that has an answer. A request nobody answers fails the test. */
export function scriptedFetch(...handlers: readonly FetchHandler[]): ScriptedFetch {
  const requests: Request[] = [];
  return {
    requests,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request.clone());
      request.signal.throwIfAborted();
      for (const handler of handlers) {
        const response = await handler(request.clone());
        if (response !== undefined) return response;
      }
      throw new Error(`scriptedFetch: nothing answers ${request.method} ${request.url}`);
    },
  };
}

/** The handler for one method and URL (the query is not compared). */
export function on(
  method: string,
  url: string,
  answer: (request: Request) => Response | Promise<Response>,
): FetchHandler {
  return (request) => {
    const asked = new URL(request.url);
    return request.method === method && asked.origin + asked.pathname === url ? answer(request) : undefined;
  };
}
