/** A person who types the code of a device into the pages of oidc-provider, and logs in there. */
interface Page {
  readonly url: string;
  readonly text: string;
}

/** @param name who logs in. Ends on the page that says how it went, whose text is answered. */
export async function typeCode(address: string, userCode: string, name: string): Promise<string> {
  const cookies = new Map<string, string>();
  let page = await visit(address, undefined, cookies);
  for (let step = 0; step < 10; step += 1) {
    const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1];
    if (action === undefined || /Sign-in Success/.test(page.text)) return page.text;
    const hidden = [...page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const form = new URLSearchParams(hidden.map(([, field = '', value = '']): [string, string] => [field, value]));
    if (/name="user_code"/.test(page.text)) form.set('user_code', userCode);
    if (/name="login"/.test(page.text)) form.set('login', name);
    if (/name="password"/.test(page.text)) form.set('password', 'any');
    page = await visit(new URL(action, page.url).href, form, cookies);
  }
  throw new Error(`the pages do not end: ${page.text}`);
}

/** Follows redirects, which `fetch` would do without the cookies. */
async function visit(address: string, form: URLSearchParams | undefined, cookies: Map<string, string>): Promise<Page> {
  let url = address;
  let body = form;
  for (;;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await fetch(url, { method, headers: { cookie }, redirect: 'manual', ...(body && { body }) });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) return { url, text: await answer.text() };
    url = new URL(location, url).href;
    body = undefined;
  }
}

/** The address and the code that a login has printed. */
export function shownCode(log: string): { readonly address?: string; readonly userCode?: string } | undefined {
  return / at: (?<address>\S+) with the code (?<userCode>\S+)/.exec(log)?.groups;
}
