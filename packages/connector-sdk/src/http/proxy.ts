/**
 * Which proxy a request goes through, by the rules Go programs follow, because the same variables are set for them in
 * the same cluster: `NO_PROXY` knows addresses, CIDR ranges, domains and ports, and loopback is never proxied.
 */
import { BlockList, isIP } from 'node:net';

/** Variables by name; upper and lower case names are known. Handed in: nothing here reads the environment. */
export interface ProxyEnvironment {
  readonly [name: string]: string | undefined;
}

/** Answers the URL of the proxy for a request, or `undefined` to go directly. */
export type ProxyChoice = (url: URL) => URL | undefined;

interface Target {
  readonly host: string;
  readonly port: string;
}

type Exception = (target: Target) => boolean;

/**
 * Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.
 *
 * @throws {TypeError} for a proxy that is not a URL, naming the variable.
 */
export function proxyChoice(environment: ProxyEnvironment): ProxyChoice {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const proxies = { 'http:': proxyUrl('HTTP_PROXY', read), 'https:': proxyUrl('HTTPS_PROXY', read) };
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

function proxyUrl(name: string, read: (name: string) => string): URL | undefined {
  const text = read(name);
  if (text === '') return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(url)) return new URL(url);
  throw new TypeError(`${name} is not a URL. Write it like http://proxy.example.com:3128.`);
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
