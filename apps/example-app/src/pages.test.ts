import { describe, expect, it } from 'vitest';
import { personPage, problemPage } from './pages.tsx';

const hostile = '<script>alert(1)</script>';

describe('pages', () => {
  it('show claims with readable times', () => {
    const tokens = { idToken: 'i.d.t', accessToken: 'a', claims: { sub: 's', exp: 0, groups: ['dev'] } };
    const html = personPage({ tokens, header: { alg: 'RS256' }, userinfo: {} });
    expect(html).toContain('1970-01-01T00:00:00.000Z');
    expect(html).toContain('[&quot;dev&quot;]');
    expect(html).not.toContain('action="/refresh"');
  });

  it('escape whatever an issuer says', () => {
    const tokens = { idToken: hostile, accessToken: hostile, claims: { sub: 's', name: hostile } };
    const html = personPage({ tokens, header: { [hostile]: hostile }, userinfo: { name: hostile } });
    expect(html + problemPage(hostile)).not.toContain('<script>');
  });
});
