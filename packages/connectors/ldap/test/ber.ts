/** Messages of LDAP, put together from their parts (X.690), as short as tests need them. */

/** An element with what is inside. */
export const part = (tag: number, ...inner: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(inner);
  if (content.length > 0x7f) throw new Error('longer than a test needs');
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
};

export const text = (value: string): Buffer => part(0x04, Buffer.from(value));

/** A message with this id. */
export const message = (id: number, ...inner: readonly Buffer[]): Buffer =>
  part(0x30, part(0x02, Buffer.from([id >> 8, id & 0xff])), ...inner);

/** What an operation ends with, by the tag of its answer. */
export const success = (tag: number): Buffer => part(tag, part(0x0a, Buffer.from([0])), text(''), text(''));

/** An entry with one attribute of one value. */
export const entry = (dn: string, name: string, value: string): Buffer =>
  part(0x64, text(dn), part(0x30, part(0x30, text(name), part(0x31, text(value)))));
