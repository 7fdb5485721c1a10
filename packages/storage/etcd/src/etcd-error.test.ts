import { describe, expect, it } from 'vitest';
import { inWords, NotConnected } from './etcd-error.ts';

const coded = (message: string): Error => Object.assign(new Error(message), { code: 'ECONNREFUSED' });

describe('an error in words', () => {
  it('names the endpoint once, and keeps its code', () => {
    const named = coded('connect ECONNREFUSED 10.0.0.7:2379');
    expect(inWords(new NotConnected(named), '10.0.0.7:2379')).toBe(named);
    expect(inWords(named, 'etcd-1:2379')).toMatchObject({
      message: 'connect ECONNREFUSED 10.0.0.7:2379 (etcd-1:2379)',
      code: 'ECONNREFUSED',
    });
    expect(inWords(new DOMException('x', 'TimeoutError'), 'etcd-1:2379').message).toBe(
      'no answer in time from etcd-1:2379',
    );
  });

  it('is the first of those that the addresses of a name have', () => {
    const several = new AggregateError([coded('connect ECONNREFUSED ::1:2379'), coded('x')]);
    expect(inWords(several, 'etcd-1:2379').message).toBe('connect ECONNREFUSED ::1:2379 (etcd-1:2379)');
    expect(inWords('x', 'etcd-1:2379').message).toBe('x');
  });
});
