/** Where to listen, as Go writes it: `127.0.0.1:5556`, `:5556` (all addresses), `[::1]:5556`, `localhost:5556`. */

export interface ListenAddress {
  /** Absent: all addresses of the machine. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

const form = /^(?:\[(?<six>[0-9A-Fa-f:.]+(?:%\w+)?)\]|(?<host>[^:[\]\s/]*)):(?<port>\d{1,5})$/u;

/** Reads an address; `undefined` for anything that is none. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const { six, host, port } = form.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > 65_535) return undefined;
  const name = six ?? host ?? '';
  return { ...(name === '' ? {} : { host: name }), port: Number(port) };
}

/** The address as Go writes it. */
export function formatListenAddress({ host = '', port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether one machine refuses to listen on both. Port 0 is any free one; names are not resolved. */
export function addressesCollide(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return covers(a.host, b.host) || covers(b.host, a.host);
}

/** Whether it names this machine alone: `localhost`, `127.0.0.1`, `::1`, as in a URL too. Names are not resolved. */
export const isLoopback = (host: string | undefined): boolean =>
  host !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/iu.test(host);

/** No host and `::` are all addresses, those of IPv4 too; `0.0.0.0` is those of IPv4. */
function covers(host: string | undefined, other: string | undefined): boolean {
  if (host === other || host === undefined || host === '::') return true;
  return host === '0.0.0.0' && other !== undefined && !other.includes(':');
}
