/** The way through a proxy: a tunnel (CONNECT, RFC 9110 section 9.3.6) with TLS inside it, or no answer at all. */
import type { ClientRequest, Agent as HttpAgent } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { problem } from '../problem.ts';

/**
 * An agent that connects to `url` through the proxy.
 *
 * @param proxy its address, with user name and password if it asks for them.
 * @throws {OstiaryError} `config/invalid` for what is no address; the message does not repeat it.
 */
export async function createProxyAgent(url: URL, proxy: string, tls: SecureContextOptions): Promise<HttpAgent> {
  const { address, headers } = readProxy(url, proxy);
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(address, { ...tls, headers });
}

/**
 * Ends a request whose proxy gave no tunnel. The agent would hand on what such a proxy sent, in plain text, as if it
 * were the answer of the server; it tells of the proxy's status before it makes the socket for that.
 */
export function refuseWithoutTunnel(request: ClientRequest, url: URL): void {
  request.on('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
    if (statusCode === 200) return;
    const what = Number.isInteger(statusCode) ? `status ${statusCode}` : 'its answer is no HTTP';
    const cause = `The proxy did not connect to ${url.host} (${what}).`;
    const remedy = 'Check HTTPS_PROXY and its user name and password.';
    request.destroy(problem({ code: 'upstream/unavailable', cause, remedy }));
  });
}

interface Proxy {
  /** Without user name and password: the agent shows its address to whoever sets DEBUG. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
}

function readProxy(url: URL, text: string): Proxy {
  try {
    const address = new URL(text);
    const user = [address.username, address.password].map(decodeURIComponent).join(':');
    address.username = '';
    address.password = '';
    const headers = user === ':' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` };
    return { address: address.href, headers };
  } catch {
    // The address itself stays unsaid, and so does the error: they may hold a password.
    throw problem({
      code: 'config/invalid',
      cause: `The proxy for ${url.host} in the environment is not an address.`,
      remedy: 'Correct HTTPS_PROXY, for example: https://proxy.example.com:3128',
    });
  }
}
