/**
 * A browser without a window: follows redirects, keeps cookies, fills in the provider's login and consent forms.
 * `node browser.mjs LOG URL`; what happens at the end is appended to LOG. BROWSER_MODE: `login` (default), `deny`,
 * `ignore`. BROWSER_USER names the person. It also writes to standard output, as real launchers do.
 */
import { appendFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';

const [, , log, start] = process.argv;
const cookies = new Map();
const note = (line) => appendFileSync(log, `${line}\n`);

function send(url, form) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
  const begin = url.protocol === 'https:' ? secureRequest : request;
  const call = begin(
    url,
    { method: body === undefined ? 'GET' : 'POST', headers, rejectUnauthorized: false },
    (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => {
        for (const cookie of answer.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
          cookies.set(name, value);
        }
        resolve({ status: answer.statusCode, location: answer.headers.location, headers: answer.headers, text });
      });
    },
  );
  call.on('error', reject);
  call.end(body);
  return promise;
}

async function visit() {
  const redirectUri = new URL(new URL(start).searchParams.get('redirect_uri'));
  if (process.env.BROWSER_MODE === 'deny') {
    redirectUri.search = new URLSearchParams({
      error: 'access_denied',
      error_description: 'no\u001b[31m thanks',
      state: new URL(start).searchParams.get('state'),
      iss: new URL(start).origin,
    });
    return note(`callback ${(await send(redirectUri)).status}`);
  }
  let url = new URL(start);
  let answer = await send(url);
  for (let step = 0; step < 20; step++) {
    if (answer.location !== undefined) {
      url = new URL(answer.location, url);
      answer = await send(url);
      if (url.origin === redirectUri.origin) return note(`callback ${answer.status} ${answer.text}`);
      continue;
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(answer.text)?.[1];
    if (action === undefined) return note(`stuck at ${url} ${answer.status} ${answer.text}`);
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1] ?? '';
    url = new URL(action, url);
    answer = await send(url, { prompt, login: process.env.BROWSER_USER ?? 'jane', password: 'any' });
  }
}

console.log('Opening in existing browser session.');
note(`opened ${start}`);
if (process.env.BROWSER_MODE !== 'ignore') await visit();
