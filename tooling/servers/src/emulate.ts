import { createEmulator, type SeedConfig } from 'emulate';
import { freePort } from './free-port.ts';

/** A vendor's service that `emulate` plays on a free port, in this process. */
export interface EmulatedService extends AsyncDisposable {
  /** Where it is; it calls itself `localhost`. */
  readonly url: string;
  /** Plays the browser: picks a person on the login page. Answers what the callback is called with. */
  visit(url: string, person: string): Promise<URLSearchParams>;
}

/** Starts a service with the people and clients of `seed`. */
export async function startEmulate(service: 'okta', seed: SeedConfig): Promise<EmulatedService> {
  const emulator = await createEmulator({ service, port: await freePort(), seed });
  return {
    url: emulator.url,
    visit: pickPerson,
    async [Symbol.asyncDispose]() {
      await emulator.close();
    },
  };
}

/** The page has one form for each person: hidden fields, and a button with the name. */
async function pickPerson(url: string, person: string): Promise<URLSearchParams> {
  const page = await (await fetch(url)).text();
  const forms = page.match(/<form[\s\S]*?<\/form>/gu) ?? [];
  const form = forms.find((html) => html.includes(`>${person}<`));
  if (form === undefined) throw new Error(`emulate: nobody is called ${person} at ${url}`);
  const action = /action="([^"]*)"/u.exec(form)?.[1] ?? '';
  const fields = [...form.matchAll(/name="([^"]*)" value="([^"]*)"/gu)].map(
    ([, name = '', value = '']): [string, string] => [name, unescapeHtml(value)],
  );
  const target = new URL(action, url);
  const response = await fetch(target, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`emulate: no redirect from ${target.href}, but ${response.status}`);
  return new URL(location).searchParams;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescapeHtml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/gu, (_all, name: string) => entities[name] ?? '');
