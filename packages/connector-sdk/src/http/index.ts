/** The network as connectors get it: proxies, private certificate authorities, limits of time and size. Node only. */
export { defaultMaxBytes, defaultTimeoutMs, openHttp } from './open-http.ts';
export type { ProxyEnvironment } from './proxy.ts';
export { type RetryOptions, retryAfterMs, retrying } from './retry.ts';
export { retryingHttp } from './retrying-http.ts';
export { type Trust, trustedFetch } from './trusted-fetch.ts';
