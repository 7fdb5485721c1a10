/** What every request to a provider has in common. */
import { type Clock, type Fetch, isOstiaryError, OstiaryError } from '@ostiary/primitives';
import {
  allowInsecureRequests,
  type Client,
  type CustomFetchOptions,
  clockSkew,
  clockTolerance,
  customFetch,
} from 'oauth4webapi';
import { isLoopback } from '../loopback.ts';

/** How a provider is reached, and by which clock its answers are judged. */
export interface Transport {
  readonly fetch: Fetch;
  readonly now: Clock;
  /** Talk to a provider without TLS although it is not on this machine. Somebody configured it so. */
  readonly allowHttp?: boolean;
}

/** Seconds by which the provider's clock may differ from ours, in both directions. */
export const toleratedSkewSeconds = 60;

/** Options for a request of oauth4webapi. */
export interface LibraryOptions {
  readonly [customFetch]: (
    url: string,
    init: CustomFetchOptions<string, URLSearchParams | undefined>,
  ) => Promise<Response>;
  readonly [allowInsecureRequests]: boolean;
}

/** How oauth4webapi is to ask at `url`. Plain http is for providers on this machine, or where it was configured. */
export function requestOptions({ fetch, allowHttp }: Transport, url: string): LibraryOptions {
  const send = answering(fetch);
  return {
    [customFetch]: (location, { body, ...init }) => send(location, body === undefined ? init : { ...init, body }),
    [allowInsecureRequests]: allowHttp === true || isLoopback(new URL(url)),
  };
}

/** The client as oauth4webapi wants it, on our clock: it reads the machine's own, so it is told the difference. */
export function timedClient(clientId: string, now: Clock): Client {
  const differenceMs = now().getTime() - Date.now();
  return { client_id: clientId, [clockSkew]: Math.round(differenceMs / 1000), [clockTolerance]: toleratedSkewSeconds };
}

/** A `fetch` for which no answer, an overload (429) and a broken provider (5xx) are `upstream/unavailable`. */
export function answering(fetch: Fetch): Fetch {
  return async (input, init) => {
    const host = new URL(input instanceof Request ? input.url : input).host;
    const response = await fetch(input, init).catch((cause: unknown) => {
      throw isOstiaryError(cause) ? cause : unavailable({ host, reason: nameOf(cause) });
    });
    if (response.status < 500 && response.status !== 429) return response;
    await response.body?.cancel();
    throw unavailable({ host, status: response.status });
  };
}

function unavailable(detail: Readonly<Record<string, string | number>>): OstiaryError {
  const message = 'The identity provider cannot be reached at this moment. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { detail });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
