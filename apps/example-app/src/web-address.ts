/** The addresses that the options name. */
import { InvalidArgumentError } from 'commander';

/** An http or https URL, for commander. @throws {InvalidArgumentError} for anything else, with an example. */
export function webAddress(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : undefined;
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new InvalidArgumentError('Write it with its scheme, for example http://127.0.0.1:5555.');
}

/** An origin that this app can serve itself, for commander. @throws {InvalidArgumentError} for anything else. */
export function ownAddress(text: string): string {
  const url = new URL(webAddress(text));
  if (url.protocol === 'http:' && url.href === `${url.origin}/`) return url.origin;
  throw new InvalidArgumentError('This app speaks plain HTTP and has no path of its own: http://HOST:PORT.');
}

/** Where to listen for an {@link ownAddress}: an IPv6 address has no brackets there. */
export function listenOptions(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 80) };
}
