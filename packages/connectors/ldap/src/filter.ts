/**
 * Search filters as people write them (RFC 4515). The parser of ldapts makes two signs of `\c3\b6`, so that a filter that
 * is to keep somebody out would keep nobody out; and it knows neither OIDs nor options of attributes.
 */
import { isUtf8 } from 'node:buffer';
import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';

interface Read {
  readonly filter: Filter;
  /** Where the text goes on. */
  readonly end: number;
}

/**
 * Reads a filter; parentheses around the whole may be left out. Several in a row must all match: Dex puts them into an
 * `&` with the name of the person.
 *
 * @throws {Error} for a text that is none.
 */
export function parseFilter(source: string): Filter {
  const text = source.startsWith('(') ? source : `(${source})`;
  const first = filterAt(text, 0);
  const more = text === source ? filtersAt(text, first.end) : { filters: [], end: first.end };
  if (more.end !== text.length) throw new Error('text behind the filter');
  return more.filters.length === 0 ? first.filter : new AndFilter({ filters: [first.filter, ...more.filters] });
}

/** As many filters as stand in a row. */
function filtersAt(text: string, start: number): { readonly filters: Filter[]; readonly end: number } {
  const filters: Filter[] = [];
  let end = start;
  while (text[end] === '(') {
    const one = filterAt(text, end);
    filters.push(one.filter);
    end = one.end;
  }
  return { filters, end };
}

function filterAt(text: string, start: number): Read {
  if (text[start] !== '(') throw new Error('no opening parenthesis');
  const kind = text[start + 1];
  if (kind === '&' || kind === '|') {
    const { filters, end } = filtersAt(text, start + 2);
    return closed(text, end, kind === '&' ? new AndFilter({ filters }) : new OrFilter({ filters }));
  }
  if (kind === '!') {
    const { filter, end } = filterAt(text, start + 2);
    return closed(text, end, new NotFilter({ filter }));
  }
  const end = text.indexOf(')', start);
  return closed(text, end, itemOf(text.slice(start + 1, end)));
}

function closed(text: string, end: number, filter: Filter): Read {
  if (text[end] !== ')') throw new Error('no closing parenthesis');
  return { filter, end: end + 1 };
}

/** Attribute, then `:dn`, rule and `:=`, or a comparison; then the value. */
const item = /^([\w.;-]*)(?:(:dn)?(?::([\w.-]+))?:=|(=|>=|<=|~=))(.*)$/isu;

function itemOf(text: string): Filter {
  const [, attribute = '', dn, rule = '', comparison, value = ''] = item.exec(text) ?? [];
  if (attribute === '' && rule === '') throw new Error('no attribute');
  if (comparison === undefined) {
    return new ExtensibleFilter({ matchType: attribute, rule, dnAttributes: dn !== undefined, value: textOf(value) });
  }
  if (comparison === '>=') return new GreaterThanEqualsFilter({ attribute, value: textOf(value) });
  if (comparison === '<=') return new LessThanEqualsFilter({ attribute, value: textOf(value) });
  if (comparison === '~=') return new ApproximateFilter({ attribute, value: textOf(value) });
  if (value === '*') return new PresenceFilter({ attribute });
  if (value.includes('*')) return substring(attribute, value.split('*').map(textOf));
  const bytes = bytesOf(value);
  return new EqualityFilter({ attribute, value: isUtf8(bytes) ? bytes.toString() : bytes });
}

function substring(attribute: string, parts: readonly string[]): Filter {
  if (parts.every((part) => part === '')) throw new Error('nothing between wildcards');
  const any = parts.slice(1, -1).filter((part) => part !== '');
  return new SubstringFilter({ attribute, initial: parts[0] ?? '', any, final: parts.at(-1) ?? '' });
}

/** Each escape is one byte; several of them may be one sign. */
function bytesOf(value: string): Buffer {
  if (/\(|\\(?![0-9a-f]{2})/iu.test(value)) throw new Error('sign that must be escaped');
  const parts = value.split(/\\([0-9a-f]{2})/iu);
  return Buffer.concat(parts.map((part, index) => Buffer.from(part, index % 2 === 0 ? 'utf8' : 'hex')));
}

function textOf(value: string): string {
  const bytes = bytesOf(value);
  if (!isUtf8(bytes)) throw new Error('bytes that are no text');
  return bytes.toString();
}
