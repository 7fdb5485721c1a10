/** The page that the browser shows at the end: static, so nothing from outside can appear in it. */
import { createHash } from 'node:crypto';

const STYLE =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color:#1b1b1b;background:#fff}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#1b1b1b}}h1{font-size:1.5rem}';

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  // The address holds the authorization code.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function page(status: number, title: string, text: string): Page {
  const body =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>\n`;
  return { status, headers: { ...HEADERS, 'content-length': String(Buffer.byteLength(body)) }, body };
}

/** Sent only when the tokens are kept. */
export const donePage: Page = page(200, 'You are signed in', 'kubectl has its token. You can close this tab.');
/** The login was answered, but came to nothing. */
export const failedPage: Page = page(400, 'The login did not succeed', 'The terminal says why and what to do.');
/** Not an answer to a login of ours. */
export const strayPage: Page = page(400, 'Not a valid answer', 'This page takes the answer to a kubectl login only.');
export const notFoundPage: Page = page(404, 'Nothing here', 'This address is not in use.');
export const methodPage: Page = page(405, 'Not allowed', 'This page takes the answer to a kubectl login only.');
