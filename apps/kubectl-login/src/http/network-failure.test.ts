import { describe, expect, it } from 'vitest';
import { isNetworkFailure } from './network-failure.ts';

const error = (code: string | undefined, more: object = {}): Error =>
  Object.assign(new Error('what happened'), code === undefined ? {} : { code }, more);

describe('an error of a request', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
    'EPIPE',
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'HPE_INVALID_CONSTANT',
  ])('is of the network with the code %s', (code) => expect(isNetworkFailure(error(code))).toBe(true));

  it.each([
    ['no answer in time', new DOMException('too late', 'TimeoutError')],
    ['all addresses that refuse', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
    ['a firewall on this machine', error('EPERM', { syscall: 'connect' })],
    ['a proxy that hangs up', new Error('Proxy connection ended before receiving CONNECT response')],
    ['a proxy that talks nonsense', new Error('Invalid header from proxy CONNECT response: "x"')],
  ])('is of the network for %s', (_what, thrown) => expect(isNetworkFailure(thrown)).toBe(true));

  it.each([
    ['a function that is not there', new TypeError('Promise.withResolvers is not a function')],
    ['the same with a code', Object.assign(new TypeError('x'), { code: 'ECONNREFUSED' })],
    ['a name that is not there', new ReferenceError('x is not defined')],
    ['a number out of range', new RangeError('init["status"] must be in the range of 200 to 599')],
    ['a wrong argument', error('ERR_INVALID_ARG_VALUE')],
    ['a file that may not be read', error('EACCES', { syscall: 'open' })],
    ['anything else', new Error('what happened')],
    ['what is no error', 'ECONNREFUSED'],
  ])('is a fault of ours for %s', (_what, thrown) => expect(isNetworkFailure(thrown)).toBe(false));
});
