/** The address of the person, when proxies stand between. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { OstiaryError } from '@ostiary/primitives';
import type { TrustedProxies } from './options.ts';

export type ClientAddress = (req: IncomingMessage) => string | undefined;

/**
 * How to find the address. Without trusted proxies it is the peer's. With them the header is believed only when the
 * peer is trusted; its chain is walked from the right, trusted hops are skipped, the first other one is the person.
 * A hop that is no address makes the whole chain worthless: then it is the peer again.
 *
 * @throws {OstiaryError} `config/invalid` for a network that is not a CIDR prefix.
 */
export function clientAddressReader(proxies: TrustedProxies | undefined): ClientAddress {
  if (proxies === undefined || proxies.networks.length === 0) return peerAddress;
  const trusted = blockList(proxies.networks);
  const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const header = proxies.header.toLowerCase();
  return (req) => {
    const peer = peerAddress(req);
    const chain = req.headers[header];
    if (peer === undefined || chain === undefined || !isTrusted(peer)) return peer;
    return firstUntrusted(chain, isTrusted) ?? peer;
  };
}

function firstUntrusted(chain: string | string[], isTrusted: (address: string) => boolean): string | undefined {
  const hops = (typeof chain === 'string' ? chain : chain.join(',')).split(',');
  for (const hop of hops.reverse()) {
    const address = plainAddress(hop.trim());
    if (isIP(address) === 0) return undefined;
    if (!isTrusted(address)) return address;
  }
  return undefined;
}

function peerAddress(req: IncomingMessage): string | undefined {
  const address = req.socket.remoteAddress;
  return address === undefined ? undefined : plainAddress(address);
}

/** A socket that listens for both families shows IPv4 peers as `::ffff:192.0.2.1`. */
const plainAddress = (address: string): string =>
  address.startsWith('::') ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address;

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length = '', ...rest] = network.split('/');
    const family = isIP(address);
    const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
    if (family === 0 || rest.length > 0 || !(bits <= (family === 4 ? 32 : 128))) {
      throw new OstiaryError(
        'config/invalid',
        `The trusted proxy ${JSON.stringify(network)} is not a CIDR prefix, for example 10.0.0.0/8 or 192.0.2.7/32.`,
      );
    }
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
