/** Follows a login as a browser without scripts would: redirects, cookies, and the forms of node-oidc-provider. */
export interface SignIn {
  /** Where the relying party sends the browser. */
  readonly authorizationUrl: URL | string;
  /** The `sub` typed at the login form. */
  readonly sub: string;
  /** Default: the global fetch. Hand in one that trusts a private CA for https. */
  readonly fetch?: typeof fetch | undefined;
}

const maxSteps = 12;

/**
 * Signs in at the provider's development forms and gives consent.
 *
 * @returns the first URL outside the provider: the relying party's redirect URI with `code` or `error`
 * @throws Error with the page's text when the provider answers with something else
 */
export async function signIn({ authorizationUrl, sub, fetch: ask = fetch }: SignIn): Promise<URL> {
  const cookies = new Map<string, string>();
  const start = new URL(authorizationUrl);
  let next: { url: URL; form?: URLSearchParams } = { url: start };
  for (let step = 0; step < maxSteps; step += 1) {
    if (next.url.origin !== start.origin) return next.url;
    const reply = await ask(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form === undefined ? {} : { method: 'POST', body: next.form }),
    });
    keep(cookies, reply.headers.getSetCookie());
    const location = reply.headers.get('location');
    next = location === null ? answerForm(await reply.text(), next.url, sub) : { url: new URL(location, next.url) };
  }
  throw new Error(`the login at ${start.origin} did not end after ${maxSteps} steps`);
}

function keep(cookies: Map<string, string>, headers: readonly string[]): void {
  for (const header of headers) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
    if (name === undefined || value === undefined) continue;
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}

function answerForm(page: string, url: URL, sub: string): { url: URL; form: URLSearchParams } {
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  const prompt = /name="prompt" value="(login|consent)"/.exec(page)?.[1];
  if (action === undefined || prompt === undefined) {
    throw new Error(
      `the provider shows no login: ${page
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .slice(0, 300)}`,
    );
  }
  const form = prompt === 'login' ? { prompt, login: sub, password: 'any' } : { prompt };
  return { url: new URL(action, url), form: new URLSearchParams(form) };
}
