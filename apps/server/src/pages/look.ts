/** What an operator may choose about how pages look. The configuration asks here, so that nothing is found out later. */
import { httpUrl } from '@ostiary/connector-sdk/config';
import type { Frontend } from '../http/options.ts';
import { localPath } from './text.ts';

/** True for what can be shown as a logo: a URL, a path of this server, or the picture itself. */
export function isLogo(text: string): boolean {
  return isWebUrl(text) || localPath(text) !== undefined || /^data:image\//i.test(text);
}

/** True for where people can be sent to ask for help. */
export function isSupportUrl(text: string): boolean {
  return isWebUrl(text) || (/^mailto:/i.test(text) && URL.canParse(text));
}

/** Value of `img-src` for the logo. */
export function imageSources({ logoUrl }: Pick<Frontend, 'logoUrl'>): string {
  if (logoUrl === undefined || localPath(logoUrl) !== undefined) return "'self'";
  const url = new URL(logoUrl);
  return url.protocol === 'data:' ? "'self' data:" : `'self' ${url.origin}`;
}

const isWebUrl = (text: string): boolean => httpUrl().safeParse(text).success;
