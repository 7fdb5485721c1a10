/** `Link` headers (RFC 8288), as APIs use them for pages. */

// After the blanks comes a quote or a character that is no blank, so the pattern never goes back.
const relation = /;\s*rel\s*=\s*(?:"(?<quoted>[^"]*)|(?<bare>[^\s;,"]+))/iu;

/** The target of the link with `rel="next"`, or `undefined` on the last page. */
export function nextLink(headers: Headers): string | undefined {
  const links = (headers.get('link') ?? '').matchAll(/<(?<target>[^<>]*)>(?<parameters>[^<]*)/gu);
  for (const { groups } of links) {
    if (relationsOf(groups?.parameters ?? '').includes('next')) return groups?.target;
  }
  return undefined;
}

function relationsOf(parameters: string): readonly string[] {
  const { quoted, bare } = relation.exec(parameters)?.groups ?? {};
  return (quoted ?? bare ?? '').toLowerCase().split(/\s+/u);
}
