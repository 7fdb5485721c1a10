import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSubject, encodeSubject } from './subject.ts';

const wellFormed = fc.string({ unit: 'binary', maxLength: 300 });
const userId = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });

describe('encodeSubject', () => {
  it.each([
    ['foo', 'bar', 'CgNmb28SA2Jhcg'],
    ['0-385-28089-0', 'mock', 'Cg0wLTM4NS0yODA4OS0wEgRtb2Nr'],
    ['08a8684b-db88-4b73-90a9-3cd1661f5466', 'local', 'CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs'],
    ['example-app', '', 'CgtleGFtcGxlLWFwcA'],
  ])('gives user %j of connector %j the bytes that Dex gives', (user, connector, sub) => {
    expect(encodeSubject({ userId: user, connectorId: connector })).toBe(sub);
    expect(decodeSubject(sub)).toEqual({ userId: user, connectorId: connector });
  });

  it('writes a length above 127 bytes as a varint', () => {
    const bytes = Buffer.from(encodeSubject({ userId: 'ä'.repeat(100), connectorId: 'c' }), 'base64url');
    expect([...bytes.subarray(0, 3)]).toEqual([0x0a, 0xc8, 0x01]);
  });

  it.each([
    ['an empty user id', { userId: '', connectorId: 'ldap' }],
    ['half a surrogate pair in the user id', { userId: 'a\ud800', connectorId: 'ldap' }],
    ['half a surrogate pair in the connector id', { userId: 'a', connectorId: '\udc00' }],
  ])('refuses %s, because another person could have the same subject', (_what, parts) => {
    expect(() => encodeSubject(parts)).toThrow(expect.objectContaining({ code: 'upstream/protocol' }));
  });
});

describe('decodeSubject', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(userId, wellFormed, (user, connector) => {
        const parts = { userId: user, connectorId: connector };
        expect(decodeSubject(encodeSubject(parts))).toEqual(parts);
      }),
    );
  });

  it('keeps a byte order mark, which text decoders like to drop', () => {
    const parts = { userId: '\ufeffa', connectorId: '\ufeff' };
    expect(decodeSubject(encodeSubject(parts))).toEqual(parts);
  });

  const base64url = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64url');
  it.each([
    ['nothing', ''],
    ['padding', 'CgNmb28SA2Jhcg=='],
    [
      'the other base64 alphabet',
      Buffer.from(encodeSubject({ userId: '???>>>', connectorId: 'c' }), 'base64url').toString('base64'),
    ],
    ['text around it', ' CgNmb28SA2Jhcg'],
    ['loose last bits', 'CgtleGFtcGxlLWFwcB'],
    ['the fields in the other order', base64url([0x12, 1, 0x62, 0x0a, 1, 0x61])],
    ['only a connector', base64url([0x12, 1, 0x62])],
    ['an empty user id', base64url([0x0a, 0, 0x12, 1, 0x62])],
    ['an empty connector id', base64url([0x0a, 1, 0x61, 0x12, 0])],
    ['a field twice', base64url([0x0a, 1, 0x61, 0x0a, 1, 0x61])],
    ['a third field', base64url([0x0a, 1, 0x61, 0x12, 1, 0x62, 0x1a, 1, 0x63])],
    ['a length spelled too long', base64url([0x0a, 0x81, 0x00, 0x61])],
    ['a length without end', base64url([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a length beyond the end', base64url([0x0a, 9, 0x61])],
    ['bytes that are no UTF-8', base64url([0x0a, 2, 0xc3, 0x28])],
  ])('refuses %s', (_what, sub) => {
    expect(decodeSubject(sub)).toBeUndefined();
  });

  it('accepts no second spelling of any subject, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const sub = Buffer.from([0x0a, ...bytes]).toString('base64url');
        const parts = decodeSubject(sub);
        if (parts !== undefined) expect(encodeSubject(parts)).toBe(sub);
      }),
    );
  });
});
