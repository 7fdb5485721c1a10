import { describe, expect, it } from 'vitest';
import { acceptedAnswer, isTokenRefused, statusOf } from './gateway-status.ts';

const refusal = (status: number, message: string) => ({
  status,
  text: JSON.stringify({ error: message, message, code: 1 }),
});

describe('an answer', () => {
  it('is told with the words of etcd', () => {
    expect(statusOf(refusal(429, 'etcdserver: mvcc: database space exceeded'))).toEqual({
      http: 429,
      message: 'etcdserver: mvcc: database space exceeded',
    });
    expect(statusOf({ status: 400, text: 'CommonName of client sending …\n' }).message).toBe(
      'CommonName of client sending …',
    );
  });

  it('is told without words where they are not those of etcd, and may quote what was sent', () => {
    for (const text of ['<h1>hush</h1>', '', '{"message":7}', JSON.stringify({ message: 'invalid value "hush"' })]) {
      expect(statusOf({ status: 400, text })).toEqual({ http: 400, message: '' });
    }
  });

  it('is one of etcd when it has a header', () => {
    const answer = { header: { revision: '7' }, kvs: [] };
    expect(acceptedAnswer({ status: 200, text: JSON.stringify(answer) })).toEqual(answer);
    for (const text of ['{}', '<html>', '[]', 'null', '{"header":1}']) {
      expect(() => acceptedAnswer({ status: 200, text })).toThrow('the answer is not one of etcd');
    }
    expect(() => acceptedAnswer({ status: 204, text: JSON.stringify(answer) })).toThrow('HTTP status 204');
  });

  it('says that a token has ended, or that users have changed since it was given', () => {
    expect(isTokenRefused(refusal(401, 'etcdserver: invalid auth token'))).toBe(true);
    expect(isTokenRefused(refusal(400, 'etcdserver: revision of auth store is old'))).toBe(true);
    expect(isTokenRefused(refusal(403, 'etcdserver: permission denied'))).toBe(false);
    expect(isTokenRefused({ status: 200, text: '{"message":"etcdserver: revision of auth store is old"}' })).toBe(
      false,
    );
  });
});
