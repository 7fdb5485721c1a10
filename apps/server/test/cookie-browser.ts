/** A browser without a window, and the person who uses it. */

/** Their account, as YAML at the top level of a configuration. */
export const passwordDatabase: string = `enablePasswordDB: true
staticPasswords:
  - { email: admin@example.com, userID: "1", username: admin, groups: [authors],
      hash: "$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe" }
`;

/** A browser as far as it matters: it keeps cookies and goes where it is sent within the issuer. */
export class CookieBrowser {
  readonly cookies: Map<string, string> = new Map<string, string>();

  async visit(url: string, body?: URLSearchParams): Promise<Response> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie, origin: new URL(url).origin };
    const answer = await fetch(url, {
      redirect: 'manual',
      headers,
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Where an authorization request leads: the form, or the client. */
  async authorize(url: string, client: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const asked = { client_id: client, redirect_uri: `https://${client}.example/cb`, response_type: 'code', ...more };
    const query = new URLSearchParams({ scope: 'openid groups', ...asked });
    const answer = await this.visit(`${url}/auth/local?${query}`);
    return answer.headers.get('location') ?? `status ${answer.status}`;
  }

  /** Types the password of {@link passwordDatabase} for that client. */
  async logIn(url: string, client: string, rememberMe: boolean): Promise<Response> {
    const form = await this.authorize(url, client, { prompt: 'login' });
    const typed = { login: 'admin@example.com', password: 'password', ...(rememberMe ? { remember_me: 'on' } : {}) };
    return this.visit(new URL(form, url).href, new URLSearchParams(typed));
  }
}
