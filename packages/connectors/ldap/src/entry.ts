/** Attributes of an entry, as text. */
import type { Entry } from 'ldapts';

/** The values of an attribute, whatever the case of its name. `DN` is the name of the entry itself. */
export function valuesOf(entry: Entry, attribute: string): readonly string[] {
  return rawValuesOf(entry, attribute)
    .map((one) => (typeof one === 'string' ? one : (bytesToId(one, attribute) ?? one.toString('hex'))))
    .filter((one) => one !== '');
}

/**
 * The same, with other bytes than ids in base64. They are told from text by what text does not have, so all values of an
 * attribute come in one form.
 */
export function claimValuesOf(entry: Entry, attribute: string): readonly string[] {
  const values = rawValuesOf(entry, attribute).filter((one) => one.length > 0);
  const texts = values.filter((one) => typeof one === 'string' && !/[^\P{Cc}\t\r\n]/u.test(one));
  if (texts.length === values.length) return valuesOf(entry, attribute);
  const bytes = values.map((one) => Buffer.from(one));
  return bytes.map((one) => bytesToId(one, attribute) ?? one.toString('base64'));
}

/** As the client read them: text, or bytes where one of them is no UTF-8. */
function rawValuesOf(entry: Entry, attribute: string): readonly (string | Buffer)[] {
  const wanted = attribute.toLowerCase();
  const key = Object.keys(entry).find((name) => name !== 'dn' && name.toLowerCase() === wanted);
  if (key === undefined) return wanted === 'dn' ? [entry.dn] : [];
  const value = entry[key];
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** The first value of an attribute, or the empty text. */
export const firstValue = (entry: Entry, attribute: string): string => valuesOf(entry, attribute)[0] ?? '';

/** GUIDs and SIDs of Active Directory as people write them; `undefined` for anything else. */
function bytesToId(bytes: Buffer, attribute: string): string | undefined {
  const name = attribute.toLowerCase();
  if (name === 'objectguid' && bytes.length === 16) return guid(bytes);
  return name === 'objectsid' && bytes.length >= 8 ? sid(bytes) : undefined;
}

/** The first three parts are little-endian ([MS-DTYP] section 2.3.4). */
function guid(bytes: Buffer): string {
  const [a, b, c] = [bytes.readUInt32LE(0), bytes.readUInt16LE(4), bytes.readUInt16LE(6)];
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const rest = bytes.subarray(8).toString('hex');
  return `${hex(a, 8)}-${hex(b, 4)}-${hex(c, 4)}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

/** [MS-DTYP] section 2.4.2: `S-1-` authority, then sub-authorities. */
function sid(bytes: Buffer): string {
  const count = Math.min(bytes.readUInt8(1), Math.floor((bytes.length - 8) / 4));
  const parts = Array.from({ length: count }, (_none, index) => bytes.readUInt32LE(8 + index * 4));
  return ['S', bytes.readUInt8(0), bytes.readUIntBE(2, 6), ...parts].join('-');
}
