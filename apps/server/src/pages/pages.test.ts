import type { Page } from '@ostiary/issuer';
import { describe, expect, it } from 'vitest';
import { problems, samplePages } from '../../test/sample-pages.ts';
import type { Frontend } from '../http/options.ts';
import { createPages } from './pages.tsx';

function html(page: Page, frontend: Partial<Frontend> = {}): string {
  const look = { title: 'Example', theme: 'auto', ...frontend } as const;
  return createPages({ frontend: look, base: '/dex' }).render(page);
}

const sample = (name: string): Page => {
  const page = samplePages[name];
  if (page === undefined) throw new Error(`no sample page ${name}`);
  return page;
};

const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`;

/** The page with the nasty text in everything that comes from outside. */
const infested: Readonly<Record<string, Page>> = {
  'choose-connector': {
    name: 'choose-connector',
    clientName: nasty,
    connectors: [{ id: nasty, type: nasty, name: nasty, url: `/dex/auth/x?state=${nasty}` }],
  },
  password: {
    name: 'password',
    ...{ connectorName: nasty, prompt: nasty, username: nasty, invalid: true },
    ...{ action: `/dex/auth/x/login?state=${nasty}`, backUrl: `/dex/auth?${nasty}` },
  },
  approval: {
    name: 'approval',
    ...{
      clientName: nasty,
      userName: nasty,
      userCode: nasty,
      req: nasty,
      action: `/dex/approval?${nasty}`,
      items: ['email'],
    },
  },
  'submit-form': { name: 'submit-form', action: `https://a.example/?${nasty}`, fields: { [nasty]: nasty } },
  code: { name: 'code', code: nasty },
  device: { name: 'device', action: `/dex/device?${nasty}`, userCode: nasty, invalid: true },
  'device-approved': { name: 'device-approved', clientName: nasty },
  logout: { name: 'logout', userName: nasty, clientName: nasty, confirmed: nasty, action: `/dex/logout?${nasty}` },
  home: {
    name: 'home',
    issuer: `https://login.example.org/${nasty}`,
    session: {
      ...{ userName: nasty, connectorName: nasty, groups: [nasty], clientNames: [nasty] },
      ...{ loggedInAt: 1_893_456_000, endsAt: 1_893_542_400, isIdleEnd: true, logoutUrl: `/dex/logout?${nasty}` },
    },
  },
  error: { name: 'error', problem: 'internal', message: nasty, requestId: nasty, retryUrl: `/dex?${nasty}` },
};

describe('text from outside', () => {
  it.each(Object.entries(infested))('stays text on the page %s', (_name, page) => {
    const page_ = html(page, { title: nasty, footer: nasty });
    expect(page_).not.toMatch(/<script>|<img src=x/);
    const hasForm = ['password', 'approval', 'submit-form', 'device', 'logout'].includes(page.name);
    expect(page_.match(/<script/g)?.length ?? 0).toBe(hasForm ? 1 : 0);
  });

  it('is shown without characters that mislead the eye', () => {
    const page = html({ name: 'choose-connector', clientName: 'app\u202Eexe\u0007\u2066', connectors: [] });
    expect(page).toContain('appexe');
    for (const sign of ['\u0007', '\u202E', '\u2066']) expect(page).not.toContain(sign);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example/x', '/\\evil.example', 'JaVaScRiPt:x', ''])(
    'cannot make a form or a connector lead to %j',
    (url) => {
      expect(() => html({ name: 'submit-form', action: url, fields: {} })).toThrow(TypeError);
      expect(() =>
        html({ name: 'choose-connector', clientName: 'a', connectors: [{ id: 'x', type: 'x', name: 'x', url }] }),
      ).toThrow(TypeError);
    },
  );

  it.each(['javascript:alert(1)', '//evil.example', '/\\evil.example', 'https://evil.example', '/a\n/b'])(
    'cannot make a link back of %j',
    (url) => {
      const error = html({ name: 'error', problem: 'internal', requestId: 'r', retryUrl: url });
      const login = sample('password');
      if (login.name !== 'password') throw new Error('no password page');
      for (const page of [error, html({ ...login, backUrl: url })]) expect(page).not.toContain('evil');
      expect(error).not.toContain('<a ');
    },
  );
});

describe('what scripts out there look for', () => {
  it.each([
    ['password', ['id="login" name="login"', 'id="password" name="password"', 'type="submit" id="submit-login"']],
    ['password', ['method="post" action="/dex/auth/ldap/login?state=abc"']],
    ['password-remember', ['id="remember_me" name="remember_me" type="checkbox" value="on" checked']],
    ['password-invalid', ['id="login-error"', 'value="jane@example.org"']],
    [
      'approval',
      [
        'name="req" value="request-handle"/><input type="hidden" name="approval" value="approve"/><button',
        'name="approval" value="rejected"',
      ],
    ],
    ['approval-device', ['>BCDF-GHJK</code>']],
    ['device', ['id="user_code" name="user_code"', 'type="submit" id="submit-login"']],
    ['device-invalid', ['id="login-error"', 'value="BCDF-GHJK"']],
    ['submit-form', ['name="SAMLResponse" value="PHg+"']],
  ])('is on the page %s as in Dex: %j', (name, parts) => {
    for (const part of parts) expect(html(sample(name))).toContain(part);
  });
});

describe('every page', () => {
  const pages: readonly Page[] = [
    ...Object.values(samplePages),
    ...problems.map((problem): Page => ({ name: 'error', problem, requestId: 'r-17' })),
    { name: 'home', issuer: 'https://login.example.com/dex' },
  ];

  it('has a language, a title, one heading, and no style or script of its own', () => {
    for (const page of pages) {
      const text = html(page);
      expect(text).toMatch(/^<!doctype html><html lang="en" data-theme="auto">/);
      expect(text).toMatch(/<title>[^<]+<\/title>/);
      expect(text.match(/<h1>/g)).toHaveLength(1);
      expect(text).not.toMatch(/<style|style="|\son\w+="|<script(?! src=)/);
    }
  });

  it('about an error says what it is, in words of its own, and gives the id to tell somebody', () => {
    const texts = problems.map((problem) => html({ name: 'error', problem, requestId: 'r-17' }));
    for (const text of texts) expect(text).toContain('r-17');
    const headings = new Set(texts.map((text) => /<p class="lead">([^<]+)/.exec(text)?.[1]));
    expect(headings.size).toBe(problems.length);
  });

  it('has a box to be remembered by only where that means something, ticked or not', () => {
    expect(html(sample('password'))).not.toContain('remember_me');
    const page = sample('password-remember');
    if (page.name !== 'password') throw new Error('no password page');
    expect(html({ ...page, rememberMe: false })).toMatch(/name="remember_me" type="checkbox" value="on"\/>/);
  });

  it('never has the password in it', () => {
    expect(html(sample('password-invalid'))).not.toMatch(/id="password"[^>]*value=/);
  });
});
