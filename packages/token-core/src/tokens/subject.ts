import { OstiaryError } from '@ostiary/primitives';

/** Who somebody is: the upstream's immutable id for them, and the connector that said so. */
export interface SubjectParts {
  readonly userId: string;
  /** Empty for a client that acts for itself (client credentials). */
  readonly connectorId: string;
}

/** Protocol Buffers tags of two string fields, number 1 and number 2. */
const USER_ID_TAG = 0x0a;
const CONNECTOR_ID_TAG = 0x12;

/**
 * The `sub` of a person, with the bytes that Dex gives it, so that RBAC bindings survive a migration: base64url of a
 * Protocol Buffers message with user id and connector id.
 *
 * @throws {OstiaryError} `upstream/protocol` for an empty user id, or an id that is not well-formed Unicode: two such
 * ids could give the same subject.
 */
export function encodeSubject({ userId, connectorId }: SubjectParts): string {
  if (userId === '' || !userId.isWellFormed() || !connectorId.isWellFormed()) {
    throw new OstiaryError('upstream/protocol', 'The identity provider sent an unusable user id.', {
      detail: { connectorId: connectorId.toWellFormed() },
    });
  }
  const message = [...encodeField(USER_ID_TAG, userId), ...encodeField(CONNECTOR_ID_TAG, connectorId)];
  return Buffer.concat(message).toString('base64url');
}

/** The parts of a `sub`, or `undefined` for any text that {@link encodeSubject} does not give, byte for byte. */
export function decodeSubject(sub: string): SubjectParts | undefined {
  const bytes = Buffer.from(sub, 'base64url');
  const user = decodeField(bytes, { at: 0, tag: USER_ID_TAG });
  if (user === undefined || user.text === '') return undefined;
  const connector = decodeField(bytes, { at: user.end, tag: CONNECTOR_ID_TAG });
  const parts = { userId: user.text, connectorId: connector?.text ?? '' };
  // Encoding again refuses every second spelling at once: padding, long varints, empty or unknown fields, bad UTF-8.
  return encodeSubject(parts) === sub ? parts : undefined;
}

/** Tag, length as a varint, UTF-8 bytes. An empty string is not written at all. */
function encodeField(tag: number, text: string): readonly Uint8Array[] {
  if (text === '') return [];
  const bytes = Buffer.from(text, 'utf8');
  return [Uint8Array.of(tag, ...encodeVarint(bytes.length)), bytes];
}

/** Seven bits to a byte, the low ones first; the high bit says that more follow. */
function encodeVarint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [0x80 | (value & 0x7f), ...encodeVarint(value >>> 7)];
}

function decodeField(
  bytes: Buffer,
  { at, tag }: { readonly at: number; readonly tag: number },
): { readonly text: string; readonly end: number } | undefined {
  if (bytes[at] !== tag) return undefined;
  let length = 0;
  let next = at + 1;
  // Four bytes hold lengths up to 2^28, far beyond any id.
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[next] ?? 0;
    next += 1;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { text: bytes.toString('utf8', next, next + length), end: next + length };
}
