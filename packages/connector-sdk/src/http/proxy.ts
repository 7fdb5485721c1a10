/**
 * Which proxy a request goes through, by the rules Go programs follow, because the same variables are set for them in
 * the same cluster: `NO_PROXY` knows addresses, CIDR ranges, domains and ports, and loopback is never proxied.
 */
import { BlockList, isIP } from 'node:net';
import { OstiaryError } from '@ostiary/primitives';

/** Variables by name; upper and lower case names are known. Handed in: nothing here reads the environment. */
export interface ProxyEnvironment {
  readonly [name: string]: string | undefined;
}

/** Answers the URL of the proxy for a request, or `undefined` to go directly. */
export type ProxyChoice = (url: URL) => URL | undefined;

/** How a proxy is spoken to: by HTTP's CONNECT, over TLS or not, or by SOCKS 5 (RFC 1928), which resolves names itself. */
export type ProxyScheme = 'http' | 'https' | 'socks5' | 'socks5h';

interface Target {
  readonly host: string;
  readonly port: string;
}

type Exception = (target: Target) => boolean;

/**
 * Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. A proxy without a scheme is one of `http`, as in Go and curl.
 *
 * @param schemes what the caller can speak.
 * @throws {OstiaryError} `config/invalid` for a proxy that is not a URL or has another scheme, naming the variable. The
 *   value stays unsaid: it may hold a password.
 */
export function proxyChoice(
  environment: ProxyEnvironment,
  schemes: readonly ProxyScheme[] = ['http', 'https'],
): ProxyChoice {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const named = (name: string): URL | undefined => proxyUrl({ name, text: read(name), schemes });
  const proxies = { 'http:': named('HTTP_PROXY'), 'https:': named('HTTPS_PROXY') };
  const exceptions = read('NO_PROXY')
    .split(/[\s,]+/u)
    .filter(Boolean)
    .map(exception);
  return (url) => {
    const proxy = url.protocol === 'https:' ? proxies['https:'] : proxies['http:'];
    if (proxy === undefined) return undefined;
    const host = url.hostname.replace(/^\[|\]$/gu, '').toLowerCase();
    const target = { host, port: url.port || (url.protocol === 'https:' ? '443' : '80') };
    return isLoopback(host) || exceptions.some((matches) => matches(target)) ? undefined : proxy;
  };
}

interface ProxySetting {
  readonly name: string;
  readonly text: string;
  readonly schemes: readonly string[];
}

function proxyUrl({ name, text, schemes }: ProxySetting): URL | undefined {
  if (text === '') return undefined;
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  const example = 'Write it like http://proxy.example.com:3128.';
  if (url === null) throw new OstiaryError('config/invalid', `${name} is not a URL. ${example}`);
  if (schemes.includes(url.protocol.slice(0, -1))) return url;
  const known = schemes.join(', ');
  throw new OstiaryError(
    'config/invalid',
    `${name} names a proxy of the kind ${url.protocol}// that cannot be used (${known} can). ${example}`,
  );
}

function exception(entry: string): Exception {
  if (entry === '*') return () => true;
  const range = cidr(entry);
  if (range !== undefined) return ({ host }) => isIP(host) !== 0 && range.check(host, family(host));
  const { host: name, port } = splitPort(entry.toLowerCase());
  const samePort = (target: Target): boolean => port === undefined || port === target.port;
  if (isIP(name) !== 0) return (target) => target.host === name && samePort(target);
  const suffix = name.startsWith('*.') ? name.slice(1) : name.startsWith('.') ? name : `.${name}`;
  const exact = name.startsWith('.') || name.startsWith('*.') ? undefined : name;
  return (target) => (target.host === exact || target.host.endsWith(suffix)) && samePort(target);
}

function cidr(entry: string): BlockList | undefined {
  const [address = '', bits = ''] = entry.split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || !/^\d{1,3}$/u.test(bits) || Number(bits) > longest) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family(address));
  return list;
}

function splitPort(entry: string): Target | { host: string; port: undefined } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/u.exec(entry);
  const plain = /^([^:]+):(\d+)$/u.exec(entry);
  const [, host = entry, port] = bracketed ?? plain ?? [];
  return { host, port };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, family(host)));

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
