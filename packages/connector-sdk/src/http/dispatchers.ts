/** Connections for one set of options: whom to trust, through which proxy, kept alive between requests. */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { HttpOptions } from '../define.ts';
import type { ProxyChoice } from './proxy.ts';

export interface Dispatchers extends AsyncDisposable {
  forUrl(url: URL): Dispatcher;
}

/** Milliseconds until a connection counts as failed; the time for the whole request may be longer. */
const connectTimeoutMs = 10_000;

/** Milliseconds an idle connection is kept, shorter than the five seconds after which many servers hang up. */
const keepAliveMs = 4000;

export function createDispatchers(options: HttpOptions, proxyFor: ProxyChoice): Dispatchers {
  const tls = { secureContext: trust(options), rejectUnauthorized: options.insecureSkipVerify !== true };
  const connect = { ...tls, timeout: connectTimeoutMs };
  const pooled = new Map<string, Dispatcher>();
  const open = (proxy: URL | undefined): Dispatcher =>
    proxy === undefined
      ? new Agent({ connect, keepAliveTimeout: keepAliveMs })
      : new ProxyAgent({ uri: proxy.href, requestTls: connect, proxyTls: connect, keepAliveTimeout: keepAliveMs });
  return {
    forUrl(url) {
      const proxy = options.direct === true ? undefined : proxyFor(url);
      const key = proxy?.href ?? '';
      const dispatcher = pooled.get(key) ?? open(proxy);
      pooled.set(key, dispatcher);
      return dispatcher;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pooled.values()].map((dispatcher) => dispatcher.close()));
    },
  };
}

/** Trusts the system's authorities, those that come with Node, `NODE_EXTRA_CA_CERTS`, and the given ones. */
function trust(options: HttpOptions): SecureContext {
  const known = [...getCACertificates('system'), ...getCACertificates('bundled'), ...getCACertificates('extra')];
  const client = options.clientCertificate;
  return createSecureContext({
    ca: [...new Set([...known, ...(options.certificateAuthorities ?? [])])],
    minVersion: 'TLSv1.2',
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
}
