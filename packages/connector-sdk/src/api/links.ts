/** `Link` headers (RFC 8288), as APIs use them for pages. */

/** The target of the link with `rel="next"`, or `undefined` on the last page. */
export function nextLink(headers: Headers): string | undefined {
  const links = (headers.get('link') ?? '').matchAll(/<(?<target>[^<>]*)>(?<parameters>[^<]*)/gu);
  for (const { groups } of links) {
    if (/;\s*rel\s*=\s*"?(?:[^";]*\s)?next\b/iu.test(groups?.parameters ?? '')) return groups?.target;
  }
  return undefined;
}
