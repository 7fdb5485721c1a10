import { describe, expect, it } from 'vitest';
import { message as messageOf, part, success, text } from '../test/ber.ts';
import { openMessages } from './messages.ts';

const code = part(0x0a, Buffer.from([0]));
const message = (...inner: readonly Buffer[]): Buffer => messageOf(7, ...inner);
const attribute = part(0x30, text('uid'), part(0x31, text('jane'), text('joe')));
const result = success(0x65);
const cookie = part(
  0xa0,
  part(0x30, text('1.2'), part(0x01, Buffer.from([255])), text('cookie')),
  part(0x30, text('3')),
);

const good: readonly [string, Buffer][] = [
  ['an entry', message(part(0x64, text('uid=jane'), part(0x30, attribute, part(0x30, text('cn'), part(0x31)))))],
  ['a reference', message(part(0x73, text('ldap://a'), text('ldap://b')))],
  ['a result with controls', message(result, cookie)],
  ['a referral', message(part(0x65, code, text(''), text(''), part(0xa3, text('ldap://a'))))],
  ['a bind with credentials', message(part(0x61, code, text(''), text(''), part(0x87, Buffer.from('x'))))],
  ['an extension with name and value', message(part(0x78, code, text(''), text(''), part(0x8a), part(0x8b)))],
  ['a long form of length', Buffer.concat([Buffer.from([0x30, 0x84, 0, 0, 0, 13]), message(result).subarray(2)])],
];

const tooLong = (bytes: Buffer, at: number): Buffer => Buffer.from(bytes).fill(0x7f, at, at + 1);

const bad: readonly [string, Buffer][] = [
  ['something else', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
  ['an indefinite length', Buffer.from([0x30, 0x80, 0, 0])],
  ['more than is reasonable', Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff])],
  ['controls that are longer than the message', tooLong(message(result, part(0xa0)), 16)],
  ['a control that is no sequence', message(result, part(0xa0, part(0x04, Buffer.from([0x04, 0x82]))))],
  ['a control with too much', message(result, part(0xa0, part(0x30, text('1'), text('2'), Buffer.from([0x04, 0x00]))))],
  ['values that are longer than the message', message(part(0x64, text('a'), part(0x30, tooLong(attribute, 8))))],
  ['an attribute that is no sequence', message(part(0x64, text('a'), part(0x30, part(0x04, Buffer.from([4, 0x82])))))],
  ['values that are no set', message(part(0x64, text('a'), part(0x30, part(0x30, text('uid'), text('jane')))))],
  ['an entry without a name', message(part(0x64, part(0x30)))],
  ['a reference that is none', message(part(0x73, part(0x30)))],
  ['controls in a result', message(part(0x61, code, text(''), text(''), part(0xa0, Buffer.from([0x04]))))],
  ['a result without a code', message(part(0x65, text(''), text('')))],
  ['a result whose code is a text', message(part(0x65, text(''), text(''), text('')))],
  ['a result whose name is no text', message(part(0x65, code, part(0x30), text('')))],
  ['a result whose message is no text', message(part(0x65, code, text(''), part(0x30)))],
  ['an entry whose name is no text', message(part(0x64, part(0x30), part(0x30)))],
  ['an entry whose attributes are no sequence', message(part(0x64, text('a'), part(0x31)))],
  ['an entry with too much', message(part(0x64, text('a'), part(0x30), text('')))],
  [
    'an attribute whose name is no text',
    message(part(0x64, text('a'), part(0x30, part(0x30, part(0x30), part(0x31))))),
  ],
  [
    'an attribute with too much',
    message(part(0x64, text('a'), part(0x30, part(0x30, text('a'), part(0x31), text(''))))),
  ],
  [
    'a value that is no text',
    message(part(0x64, text('a'), part(0x30, part(0x30, text('a'), part(0x31, part(0x30)))))),
  ],
  ['controls that are none', message(result, part(0xa1))],
  ['a control whose name is no text', message(result, part(0xa0, part(0x30, part(0x30))))],
  ['a control whose value is no text', message(result, part(0xa0, part(0x30, text('1'), part(0x30))))],
  ['more than controls', message(result, cookie, cookie)],
  ['an id that is no number', part(0x30, text('7'), result)],
  ['an id of five bytes', part(0x30, part(0x02, Buffer.alloc(5)), result)],
  ['a length of five bytes', Buffer.concat([Buffer.from([0x30, 0x85, 0, 0, 0, 0, 13]), message(result).subarray(2)])],
  ['one byte more than is reasonable', Buffer.from([0x30, 0x84, 1, 0, 0, 1])],
  ['nothing but an id', message()],
  ['two operations', message(result, result)],
];

/** What is handed on before the end of a search. */
const nowhere = message(part(0x73));

describe('messages', () => {
  it.each(good)('are %s, in one piece, byte by byte, and several at once', (_what, bytes) => {
    const [once, slowly, many] = [openMessages(), openMessages(), openMessages()];
    const isEndOfSearch = bytes.includes(Buffer.from([0x07, 0x65]));
    const expected = isEndOfSearch ? [nowhere, bytes] : [bytes];
    expect(once.take(bytes)).toEqual(expected);
    expect(once.isOne()).toBe(true);
    const heard = Array.from(bytes, (byte) => slowly.take(Buffer.from([byte])));
    expect(heard.slice(0, -1).flat()).toEqual([]);
    expect(heard.at(-1)).toEqual(expected);
    expect(slowly.isOne()).toBe(true);
    expect(many.take(Buffer.concat([bytes, bytes, bytes.subarray(0, 5)]))).toEqual([...expected, ...expected]);
    expect(many.isOne()).toBe(false);
  });

  it.each(bad)('are not %s', (_what, bytes) => {
    expect(openMessages().take(bytes)).toBeUndefined();
    const later = openMessages();
    expect(later.take(message(part(0x61, code, text(''), text(''))))).toBeDefined();
    expect(later.take(bytes)).toBeUndefined();
  });

  it('may have an id of four bytes, and be as long as is reasonable', () => {
    const bytes = part(0x30, part(0x02, Buffer.alloc(4, 1)), success(0x61));
    expect(openMessages().take(bytes)).toEqual([bytes]);
    expect(openMessages().take(Buffer.from([0x30, 0x84, 1, 0, 0, 0]))).toEqual([]);
  });

  it('are one only when nothing is behind it', () => {
    const messages = openMessages();
    expect(messages.isOne()).toBe(false);
    messages.take(message(result));
    messages.take(Buffer.from([0x30]));
    expect(messages.isOne()).toBe(false);
  });
});
