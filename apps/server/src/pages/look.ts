/** From an operator's `frontend` to how pages look. What cannot be used is said at start-up, not shown to people. */
import { type Logger, OstiaryError } from '@ostiary/primitives';
import type { Frontend } from '../http/options.ts';
import { type Colour, isColour } from './colour.ts';
import { localPath } from './text.ts';

/** The parts of a look that an operator decides. */
export interface Branding {
  readonly title: string;
  readonly theme: Frontend['theme'];
  readonly accent?: Colour;
  readonly logoUrl?: string;
  readonly footer?: string;
  readonly supportUrl?: string;
}

/** The keys of `frontend.extra` that mean something here. Dex hands all of them to its templates. */
const extras: readonly string[] = ['accent', 'footer', 'supportUrl'];

/** @throws {OstiaryError} `config/invalid` for a colour or an address that cannot be used. */
export function parseBranding(frontend: Frontend, log: Logger): Branding {
  const { accent, footer, supportUrl } = frontend.extra;
  const logoUrl = parseLogo(frontend.logoUrl, log);
  const unused = Object.keys(frontend.extra).filter((name) => !extras.includes(name));
  if (unused.length > 0) log.warn('frontend.extra_unused', { unused, known: extras });
  return {
    title: frontend.title,
    theme: frontend.theme,
    ...(accent === undefined ? {} : { accent: parseAccent(accent) }),
    ...(logoUrl === undefined ? {} : { logoUrl }),
    ...(footer === undefined ? {} : { footer }),
    ...(supportUrl === undefined ? {} : { supportUrl: parseSupportUrl(supportUrl) }),
  };
}

/** Value of `img-src` for the logo. */
export function imageSources({ logoUrl }: Branding): string {
  if (logoUrl === undefined || localPath(logoUrl) !== undefined) return "'self'";
  const url = new URL(logoUrl);
  return url.protocol === 'data:' ? "'self' data:" : `'self' ${url.origin}`;
}

function parseLogo(logo: string | undefined, log: Logger): string | undefined {
  if (logo === undefined || logo === '') return undefined;
  if (localPath(logo) !== undefined || isWebUrl(logo) || /^data:image\//i.test(logo)) return logo;
  // Dex's own default is the file theme/logo.png of its web folder, which does not exist here.
  log.warn('frontend.logo_ignored', { logoURL: logo, because: 'it is neither a URL nor a path from the root' });
  return undefined;
}

function parseAccent(accent: string): Colour {
  if (isColour(accent)) return accent;
  throw invalid('accent', accent, 'a colour, for example "#0d6a5a"');
}

function parseSupportUrl(url: string): string {
  if (isWebUrl(url) || /^mailto:/i.test(url)) return url;
  throw invalid('supportUrl', url, 'an http, https or mailto address');
}

const invalid = (name: string, value: string, wanted: string): OstiaryError =>
  new OstiaryError('config/invalid', `frontend.extra.${name} is ${JSON.stringify(value)}; it must be ${wanted}.`);

const isWebUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
