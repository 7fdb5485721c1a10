/** The way through a proxy: a tunnel with TLS inside it, or no answer at all. */
import type { ClientRequest, Agent as HttpAgent } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { type ProxyChoice, type ProxyEnvironment, type ProxyScheme, proxyChoice } from '@ostiary/connector-sdk/proxy';
import { isOstiaryError } from '@ostiary/primitives';
import { problem } from '../problem.ts';

/** Those that kubectl knows. */
const schemes: readonly ProxyScheme[] = ['http', 'https', 'socks5', 'socks5h'];

const remedy = 'Check HTTPS_PROXY and its user name and password.';

/**
 * The proxy for a URL, by the same variables and rules as kubectl's. They are read at a request, so that a wrong one
 * spoils nothing that needs no network.
 *
 * The choice throws an {@link OstiaryError} `config/invalid` for a variable that names no usable proxy.
 */
export function proxyOf(environment: ProxyEnvironment): ProxyChoice {
  return (url) => {
    try {
      // Nothing goes through a proxy but https, so the other variable cannot be in the way.
      return proxyChoice({ ...environment, HTTP_PROXY: '', http_proxy: '' }, schemes)(url);
    } catch (error) {
      if (!isOstiaryError(error)) throw error;
      throw problem({ code: error.code, cause: error.message, remedy: 'Correct the variable, or unset it.' });
    }
  };
}

/**
 * An agent that connects to `url` through the proxy: by CONNECT (RFC 9110 section 9.3.6), or by SOCKS 5 (RFC 1928).
 *
 * @param proxy its address, with user name and password if it asks for them.
 * @throws {OstiaryError} `config/invalid` for a user name or a password that is no part of a URL; it is not repeated.
 */
export async function createProxyAgent(url: URL, proxy: URL, tls: SecureContextOptions): Promise<HttpAgent> {
  const user = readUser(proxy);
  if (proxy.protocol.startsWith('socks')) return createSocksAgent(url, proxy);
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const headers = user === '' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` };
  // Without user name and password: the agent shows its address to whoever sets DEBUG.
  const address = new URL(proxy);
  address.username = '';
  address.password = '';
  return new HttpsProxyAgent(address.href, { ...tls, headers });
}

/**
 * Ends a request whose proxy gave no tunnel. The agent would hand on what such a proxy sent, in plain text, as if it
 * were the answer of the server; it tells of the proxy's status before it makes the socket for that.
 */
export function refuseWithoutTunnel(request: ClientRequest, url: URL): void {
  request.on('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
    if (statusCode === 200) return;
    const what = Number.isInteger(statusCode) ? `status ${statusCode}` : 'its answer is no HTTP';
    request.destroy(notConnected(url, what));
  });
}

const notConnected = (url: URL, why: string): Error =>
  problem({ code: 'upstream/unavailable', cause: `The proxy did not connect to ${url.host} (${why}).`, remedy });

async function createSocksAgent(url: URL, proxy: URL): Promise<HttpAgent> {
  const { SocksProxyAgent } = await import('socks-proxy-agent');
  // The proxy resolves the name, as for Go programs: often nobody else can.
  const address = proxy.href.replace(/^socks5h?:/, 'socks5h:');
  return new (class extends SocksProxyAgent {
    override async connect(...request: Parameters<InstanceType<typeof SocksProxyAgent>['connect']>) {
      try {
        return await super.connect(...request);
      } catch (error) {
        // Not as the cause: the error carries the password.
        throw notConnected(url, error instanceof Error ? error.message : String(error));
      }
    }
  })(address);
}

/** User name and password with a colon, or nothing. */
function readUser({ username, password }: URL): string {
  try {
    const user = [username, password].map(decodeURIComponent).join(':');
    return user === ':' ? '' : user;
  } catch {
    // The address itself stays unsaid, and so does the error: they hold the password.
    throw problem({
      code: 'config/invalid',
      cause: 'The user name or the password of the proxy in HTTPS_PROXY is not encoded as in a URL.',
      remedy: 'Write a percent sign as %25, for example: http://jane:50%25@proxy.example.com:3128',
    });
  }
}
