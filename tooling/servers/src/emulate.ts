import { createEmulator, type SeedConfig } from 'emulate';
import { freePort } from './free-port.ts';

type Send = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A vendor's service that `emulate` plays on a free port, in this process. */
export interface EmulatedService extends AsyncDisposable {
  /** What it calls itself: where it is on `localhost`, or `as`. */
  readonly url: string;
  /** Sends every request to it, whatever host it is for. */
  readonly fetch: Send;
  /** Plays the browser: picks a person on the login page. Answers what the callback is called with. */
  visit(url: string, person: string): Promise<URLSearchParams>;
}

/** What a service knows, and what it calls itself. */
export interface EmulateOptions {
  /** People and clients. */
  readonly seed: SeedConfig;
  /** The address of the vendor, for clients that know no other. */
  readonly as?: string;
}

/** Starts a service. */
export async function startEmulate(
  service: 'github' | 'google' | 'okta',
  { seed, as }: EmulateOptions,
): Promise<EmulatedService> {
  const port = await freePort();
  const emulator = await createEmulator({ service, port, seed, ...(as === undefined ? {} : { baseUrl: as }) });
  const send = sendTo(`http://127.0.0.1:${port}`);
  return {
    url: emulator.url,
    fetch: send,
    visit: (url, person) => pickPerson(url, person, send),
    async [Symbol.asyncDispose]() {
      await emulator.close();
    },
  };
}

/** Stands for a name server that knows no other host. */
const sendTo =
  (origin: string): Send =>
  (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    return fetch(new Request(origin + pathname + search, request));
  };

/** The page has one form for each person: hidden fields, and a button with the name. */
async function pickPerson(url: string, person: string, send: Send): Promise<URLSearchParams> {
  const page = await (await send(url)).text();
  const forms = page.match(/<form[\s\S]*?<\/form>/gu) ?? [];
  const form = forms.find((html) => html.includes(`>${person}<`));
  if (form === undefined) throw new Error(`emulate: nobody is called ${person} at ${url}`);
  const action = /action="([^"]*)"/u.exec(form)?.[1] ?? '';
  const fields = [...form.matchAll(/name="([^"]*)" value="([^"]*)"/gu)].map(
    ([, name = '', value = '']): [string, string] => [name, unescapeHtml(value)],
  );
  const target = new URL(action, url);
  const response = await send(target, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`emulate: no redirect from ${target.href}, but ${response.status}`);
  return new URL(location).searchParams;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescapeHtml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/gu, (_all, name: string) => entities[name] ?? '');
