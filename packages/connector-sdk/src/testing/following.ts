import type { Fetch } from '@ostiary/primitives';

/** Hops after which the global `fetch` gives up. */
const mostRedirects = 20;

/** A `fetch` that goes where a redirect leads unless the request says otherwise, as the global one does. */
export function following(fetch: Fetch): Fetch {
  return async (input, init) => {
    const mode = init?.redirect ?? (input instanceof Request ? input.redirect : 'follow');
    let url = new URL(input instanceof Request ? input.url : input);
    let response = await fetch(input, init);
    for (let hops = 0; mode !== 'manual' && hops <= mostRedirects; hops += 1) {
      const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null;
      if (location === null) return response;
      if (mode === 'error' || hops === mostRedirects) throw new TypeError('fetch failed: a redirect');
      url = new URL(location, url);
      response = await fetch(url);
    }
    return response;
  };
}
