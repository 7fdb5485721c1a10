import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddressReader } from './client-address.ts';

/** The two things that are read of a request. */
function from(remoteAddress: string | undefined, forwarded?: string | string[]): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

const proxies = (...networks: string[]) => ({ header: 'X-Forwarded-For', networks });

describe('the address of a person', () => {
  it.each([
    ['is the peer, whatever a header says, when no proxy is trusted', '203.0.113.9', '198.51.100.1', [], '203.0.113.9'],
    ['is the peer when that is no trusted proxy', '203.0.113.9', '198.51.100.1', ['10.0.0.0/8'], '203.0.113.9'],
    ['is what a trusted proxy says', '10.0.0.1', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    [
      'is the last hop that is not trusted: the ones before can be made up',
      '10.0.0.1',
      '1.1.1.1, 198.51.100.1, 10.2.3.4',
      ['10.0.0.0/8'],
      '198.51.100.1',
    ],
    ['is the same with a header for each hop', '10.0.0.1', ['1.1.1.1', '198.51.100.1'], ['10.0.0.0/8'], '198.51.100.1'],
    ['is the proxy when all hops are trusted', '10.0.0.1', '10.0.0.2, 10.0.0.3', ['10.0.0.0/8'], '10.0.0.1'],
    ['is the proxy when a hop is no address', '10.0.0.1', '198.51.100.1, unknown', ['10.0.0.0/8'], '10.0.0.1'],
    ['is the proxy when the header is empty', '10.0.0.1', '', ['10.0.0.0/8'], '10.0.0.1'],
    ['knows a peer of IPv4 on a socket for both', '::ffff:10.0.0.1', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    ['knows a hop of IPv4 written so', '10.0.0.1', '::ffff:198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    ['knows IPv6', '2001:db8::1', '2001:db8:1::7', ['2001:db8::/48'], '2001:db8:1::7'],
    ['does not take an address for one of the other family', '::1', '198.51.100.1', ['0.0.0.0/0'], '::1'],
    ['knows a single host', '192.0.2.7', '198.51.100.1', ['192.0.2.7/32'], '198.51.100.1'],
    ['does not reach beyond a prefix', '192.0.2.8', '198.51.100.1', ['192.0.2.7/32'], '192.0.2.8'],
  ])('%s', (_what, peer, header, networks, address) => {
    expect(clientAddressReader(proxies(...networks))(from(peer, header))).toBe(address);
  });

  it('is unknown on a connection that is gone', () => {
    expect(clientAddressReader(undefined)(from(undefined))).toBeUndefined();
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', 'proxy/8', '10.0.0.0/-1', '10.0.0.0/', '/8', ''])(
    'cannot be found with the network %j, and the message names it',
    (network) => {
      expect(() => clientAddressReader(proxies(network))).toThrow(JSON.stringify(network));
    },
  );
});
