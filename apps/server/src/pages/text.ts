/** Text and links from outside, before they reach a page. (Escaping is done by the renderer, for all of it.) */

// Direction marks can make a name read as something else; control characters have no shape.
const misleading = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name as it may be shown. */
export const shown = (text: string): string => text.replace(misleading, '');

/** A path of this server, or `undefined`. `//host` and `/\host` are other servers to a browser. */
export function localPath(url: string): string | undefined {
  return /^\/(?![/\\])[^\t\r\n]*$/.test(url) ? url : undefined;
}

/**
 * Where a form may post to: a path of this server or an http(s) URL.
 *
 * @throws {TypeError} for anything else, `javascript:` above all.
 */
export function formAction(url: string): string {
  if (localPath(url) !== undefined) return url;
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('a form may only post to http or https');
  return url;
}
