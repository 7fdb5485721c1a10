/**
 * What a server sends, looked at before ldapts reads it. Where a length says more than there is, ldapts goes round in a
 * circle, and with it the whole process; with StartTLS, anybody in between could bring that about. And it takes an empty
 * page for the last one, though only an empty cookie says so (RFC 2696 section 3), unless a reference came with it. Some
 * thousand small messages at once are too deep for it.
 */

/** Looks at the bytes of one way. */
export interface Messages {
  /**
   * The messages that these bytes complete (RFC 4511 section 4.1.1), with a reference that leads nowhere before the end of
   * each search; `undefined` when they are none.
   */
  take(bytes: Buffer): readonly Buffer[] | undefined;
  /** Whether exactly one message came, and nothing of a second one. */
  isOne(): boolean;
}

/** Bytes of a message from which it is refused; of an entry only a few attributes are asked for. */
const longest = 16 * 1024 * 1024;

/** Begins where a way begins. */
export function openMessages(): Messages {
  let rest: Buffer = Buffer.alloc(0);
  let whole = 0;
  const next = (): readonly Buffer[] => {
    const head = headAt(rest, 0);
    if (head === undefined) return [];
    if (head.tag !== sequence || head.length > longest) throw new Error('no message');
    const end = head.start + head.length;
    if (end > rest.length) return [];
    const message = rest.subarray(0, end);
    const { id, operation } = checkMessage(message.subarray(head.start));
    whole += 1;
    rest = rest.subarray(end);
    return operation === searchDone ? [emptyReference(id), message] : [message];
  };
  return {
    take(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const complete: Buffer[] = [];
      try {
        for (let found = next(); found.length > 0; found = next()) complete.push(...found);
        return complete;
      } catch {
        return undefined;
      }
    },
    isOne: () => whole === 1 && rest.length === 0,
  };
}

/** Tags (RFC 4511 appendix B). */
const [boolean, integer, text, enumerated, sequence, set] = [0x01, 0x02, 0x04, 0x0a, 0x30, 0x31] as const;
const [entry, searchDone, reference, controls] = [0x64, 0x65, 0x73, 0xa0] as const;
/** What may stand behind the three parts of a result: referral, SASL credentials, name and value of an extension. */
const furtherParts: ReadonlySet<number> = new Set([0xa3, 0x87, 0x8a, 0x8b]);

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Of the search with this id. */
function emptyReference(id: Buffer): Buffer {
  return Buffer.from([sequence, id.length + 4, integer, id.length, ...id, reference, 0]);
}

function checkMessage(content: Buffer): { readonly id: Buffer; readonly operation: number } {
  const [id, operation, added, ...more] = elementsOf(content);
  if (id?.tag !== integer || id.content.length > 4 || operation === undefined || more.length > 0) {
    throw new Error('no message');
  }
  if (operation.tag === entry) checkEntry(operation);
  else if (operation.tag === reference) all(operation, text);
  else checkResult(operation);
  if (added !== undefined) checkControls(added);
  return { id: id.content, operation: operation.tag };
}

function checkEntry(operation: Element): void {
  const [name, attributes, ...more] = elementsOf(operation.content);
  if (name?.tag !== text || attributes?.tag !== sequence || more.length > 0) throw new Error('no entry');
  for (const attribute of all(attributes, sequence)) {
    const [type, values, ...others] = elementsOf(attribute.content);
    if (type?.tag !== text || values?.tag !== set || others.length > 0) throw new Error('no attribute');
    all(values, text);
  }
}

function checkResult(operation: Element): void {
  const [code, matched, message, ...more] = elementsOf(operation.content);
  const isResult = code?.tag === enumerated && matched?.tag === text && message?.tag === text;
  if (!isResult || more.some(({ tag }) => !furtherParts.has(tag))) throw new Error('no result');
}

function checkControls(added: Element): void {
  if (added.tag !== controls) throw new Error('no controls');
  for (const control of all(added, sequence)) {
    const [name, ...parts] = elementsOf(control.content).map(({ tag }) => tag);
    const value = parts[0] === boolean ? parts.slice(1) : parts;
    if (name !== text || value.length > 1 || value.some((tag) => tag !== text)) throw new Error('no control');
  }
}

/** The elements inside, which must all have this tag. */
function all({ content }: Element, tag: number): readonly Element[] {
  const inside = elementsOf(content);
  if (inside.some((one) => one.tag !== tag)) throw new Error('another element');
  return inside;
}

/** Elements that fill these bytes, no more and no less. */
function elementsOf(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = headAt(bytes, at);
    if (head === undefined || head.start + head.length > bytes.length) throw new Error('longer than there is');
    at = head.start + head.length;
    found.push({ tag: head.tag, content: bytes.subarray(head.start, at) });
  }
  return found;
}

/** A tag, and where what it stands for begins; `undefined` when the bytes end before. Lengths are definite in LDAP. */
function headAt(bytes: Buffer, at: number): { tag: number; start: number; length: number } | undefined {
  const [tag, short] = bytes.subarray(at, at + 2);
  if (tag === undefined || short === undefined) return undefined;
  const start = at + 2 + (short < 0x80 ? 0 : short - 0x80);
  if (short === 0x80 || short > 0x84) throw new Error('no length');
  if (start > bytes.length) return undefined;
  return { tag, start, length: short < 0x80 ? short : bytes.readUIntBE(at + 2, short - 0x80) };
}
