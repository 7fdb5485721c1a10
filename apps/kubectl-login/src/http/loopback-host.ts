/** Which hosts are this machine: there plain http is safe, and a proxy is of no use. */

/** True for `127.0.0.0/8`, `[::1]` and `localhost`. @param host as in `URL.hostname`. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
