import { describe, expect, it } from 'vitest';
import { concernOf } from './certificate-time.ts';

const validity = { from: new Date('2031-01-01T00:00:00Z'), until: new Date('2031-04-01T00:00:00Z') };

describe('concernOf', () => {
  it.each([
    ['2030-12-31T23:59:59.999Z', 'tls.certificate_not_yet_valid'],
    ['2031-01-01T00:00:00Z', undefined],
    ['2031-03-24T23:59:59.999Z', undefined],
    ['2031-03-25T00:00:00Z', 'tls.certificate_ends_soon'],
    ['2031-03-31T23:59:59.999Z', 'tls.certificate_ends_soon'],
    ['2031-04-01T00:00:00Z', 'tls.certificate_expired'],
  ])('at %s has %s', (at, event) => {
    expect(concernOf(validity, new Date(at))?.event).toBe(event);
  });

  it('does not call every new certificate late that lives for a day', () => {
    const day = { from: new Date('2031-01-01T00:00:00Z'), until: new Date('2031-01-02T00:00:00Z') };
    expect(concernOf(day, new Date('2031-01-01T17:59:59Z'))).toBeUndefined();
    expect(concernOf(day, new Date('2031-01-01T18:00:00Z'))?.event).toBe('tls.certificate_ends_soon');
  });
});
