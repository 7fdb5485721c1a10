import { describe, expect, it } from 'vitest';
import { claimValuesOf, firstValue, valuesOf } from './entry.ts';

const entry = {
  dn: 'cn=jane,dc=example',
  memberOf: ['a', 'b', ''],
  cn: 'Jane',
  empty: [],
  objectGUID: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  objectSid: Buffer.from('010500000000000515000000010000000200000003000000f4010000', 'hex'),
  jpegPhoto: Buffer.from([255, 0]),
  postalAddress: ['Main Street 1\r\n\tGraz', '王芳'],
  'mS-DS-ConsistencyGuid': ['AAAAAAAAAAAAAAA\u0000', 'text'],
  mixed: [Buffer.from('text'), Buffer.from([255])],
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

  it.each([
    ['memberOf', ['a', 'b']],
    ['postaladdress', ['Main Street 1\r\n\tGraz', '王芳']],
    ['DN', ['cn=jane,dc=example']],
    ['absent', []],
    ['empty', []],
    ['objectGUID', ['33221100-5544-7766-8899-aabbccddeeff']],
    ['objectSid', ['S-1-5-21-1-2-3-500']],
    ['jpegPhoto', ['/wA=']],
    ['ms-ds-consistencyguid', ['QUFBQUFBQUFBQUFBQUFBAA==', 'dGV4dA==']],
    ['mixed', ['dGV4dA==', '/w==']],
  ])('%s is %j to rules: bytes that are no ids are base64, and all values of one form', (attribute, values) =>
    expect(claimValuesOf(entry, attribute)).toEqual(values),
  );

  it('has a first value, or none', () => {
    expect(firstValue(entry, 'memberOf')).toBe('a');
    expect(firstValue(entry, 'absent')).toBe('');
  });
});
