/** A browser without a window: cookies, redirects and forms, as far as the login page of a provider needs them. */
import { z } from 'zod';

/** A page with a form. */
export interface Page {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const plain = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/&#0?39;/gu, "'")
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string =>
  plain(new RegExp(`\\s${name}="([^"]*)"`, 'u').exec(tag)?.[1] ?? '');

export class Visitor {
  readonly #cookies = new Map<string, string>();

  get(url: string): Promise<Page> {
    return this.#send(url);
  }

  post(url: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    return this.#send(url, new URLSearchParams(fields));
  }

  /** Submits the form of a page with some fields filled in. */
  submit({ action, fields }: Page, filled: Readonly<Record<string, string>>): Promise<Page> {
    return this.post(action, { ...fields, ...filled });
  }

  async #send(url: string, body?: URLSearchParams): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const init = body === undefined ? {} : { method: 'POST', body };
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) return this.#send(new URL(location, url).href);
    const html = await response.text();
    if (response.status >= 400) throw new Error(`${url} answered ${response.status}`);
    return formOf(html, url);
  }
}

const found = z.string({ error: 'the page has no form' });

function formOf(html: string, url: string): Page {
  const form = found.parse(/<form[\s\S]*<\/form>/u.exec(html)?.[0]);
  const inputs = [...form.matchAll(/<input[^>]*>/gu)]
    .map(([tag]) => tag)
    .filter((tag) => attribute(tag, 'name') !== '');
  const fields = Object.fromEntries(inputs.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]));
  return { action: new URL(attribute(form, 'action') || url, url).href, fields };
}
