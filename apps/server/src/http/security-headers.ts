/** The headers that protect people. They are put together once; a request only picks its list. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Page } from '@ostiary/issuer';
import { OstiaryError } from '@ostiary/primitives';
import type { HeaderList } from './answer.ts';

export interface SecurityHeaders {
  /** For JSON and text. */
  readonly data: HeaderList;
  /** For redirects: as for data, and not to be stored. */
  readonly redirect: HeaderList;
  /** For pages, by name. */
  readonly pages: Readonly<Record<Page['name'], HeaderList>>;
}

export interface SecurityHeaderOptions {
  readonly scheme: 'http' | 'https';
  /** Where a page's pictures may come from: `'self'`, and the origin of a logo. */
  readonly imageSources: string;
  /** `web.headers` */
  readonly overrides: Readonly<Record<string, string>>;
}

/** @throws {OstiaryError} `config/invalid` for a header that cannot be sent. */
export function createSecurityHeaders(options: SecurityHeaderOptions): SecurityHeaders {
  const overrides = parseOverrides(options.overrides);
  const list = (policy: string, more: Readonly<Record<string, string>> = {}): HeaderList =>
    Object.entries({ ...always(policy, options.scheme), ...overrides, ...more }).flat();
  const page = (extra: string): HeaderList =>
    list(`${pagePolicy(options.imageSources)}${extra}`, {
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
    });
  const still = page("; form-action 'none'");
  // Chromium applies form-action to every redirect that follows a form. Ours end at a client's redirect URI or at an
  // upstream provider: any host, and for native apps any scheme. So pages with a form cannot have the directive.
  const withForm = page("; script-src 'self'");
  const pages = {
    'choose-connector': still,
    password: withForm,
    approval: withForm,
    'submit-form': withForm,
    code: still,
    device: withForm,
    'device-approved': still,
    logout: withForm,
    'logged-out': still,
    error: still,
    home: still,
  };
  const dataPolicy = "default-src 'none'; frame-ancestors 'none'";
  return { data: list(dataPolicy), redirect: list(dataPolicy, { 'cache-control': 'no-store' }), pages };
}

const pagePolicy = (images: string): string =>
  `default-src 'none'; style-src 'self'; img-src ${images}; base-uri 'none'; frame-ancestors 'none'`;

function always(policy: string, scheme: 'http' | 'https'): Record<string, string> {
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    ...(scheme === 'https' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

function parseOverrides(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== '');
  return Object.fromEntries(entries.map(([name, value]) => [checkHeader(name, value), value]));
}

function checkHeader(name: string, value: string): string {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (cause) {
    const quoted = JSON.stringify(name);
    throw new OstiaryError('config/invalid', `The response header ${quoted} has a character that HTTP forbids.`, {
      cause,
    });
  }
  return name.toLowerCase();
}
