/** Attributes of an entry, as text. */
import type { Entry } from 'ldapts';

/** The values of an attribute, whatever the case of its name. `DN` is the name of the entry itself. */
export function valuesOf(entry: Entry, attribute: string): readonly string[] {
  const wanted = attribute.toLowerCase();
  const key = Object.keys(entry).find((name) => name !== 'dn' && name.toLowerCase() === wanted);
  if (key === undefined) return wanted === 'dn' ? [entry.dn] : [];
  const value = entry[key];
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return values.map((one) => (typeof one === 'string' ? one : bytesToText(one, wanted))).filter((one) => one !== '');
}

/** The first value of an attribute, or the empty text. */
export const firstValue = (entry: Entry, attribute: string): string => valuesOf(entry, attribute)[0] ?? '';

/** Bytes as people write them: GUIDs and SIDs of Active Directory; anything else in hexadecimal. */
function bytesToText(bytes: Buffer, attribute: string): string {
  if (attribute === 'objectguid' && bytes.length === 16) return guid(bytes);
  if (attribute === 'objectsid' && bytes.length >= 8) return sid(bytes);
  return bytes.toString('hex');
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
