import { describe, expect, it } from 'vitest';
import { firstValue, valuesOf } from './entry.ts';

const entry = {
  dn: 'cn=jane,dc=example',
  memberOf: ['a', 'b', ''],
  cn: 'Jane',
  empty: [],
  objectGUID: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  objectSid: Buffer.from('010500000000000515000000010000000200000003000000f4010000', 'hex'),
  jpegPhoto: Buffer.from([255, 0]),
};

describe('attributes of an entry', () => {
  it.each([
    ['memberOf', ['a', 'b']],
    ['MEMBEROF', ['a', 'b']],
    ['cn', ['Jane']],
    ['DN', ['cn=jane,dc=example']],
    ['dn', ['cn=jane,dc=example']],
    ['empty', []],
    ['absent', []],
    ['objectGUID', ['33221100-5544-7766-8899-aabbccddeeff']],
    ['objectSid', ['S-1-5-21-1-2-3-500']],
    ['jpegPhoto', ['ff00']],
  ])('%s is %j', (attribute, values) => expect(valuesOf(entry, attribute)).toEqual(values));

  it('has a first value, or none', () => {
    expect(firstValue(entry, 'memberOf')).toBe('a');
    expect(firstValue(entry, 'absent')).toBe('');
  });
});
