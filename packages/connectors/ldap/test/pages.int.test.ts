import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { openForm } from '@ostiary/connector-sdk/testing';
import { BerReader } from 'ldapts';
import { expect, it } from 'vitest';
import { ldap } from '../src/index.ts';
import { entry, message, part, success, text } from './ber.ts';
import { jane, noHttp } from './support.ts';

type Page = (id: number) => Buffer;

/** A page of groups, and the cookie by which the next one is asked for (RFC 2696 section 2). */
const page =
  (names: readonly string[], cookie: string): Page =>
  (id) => {
    const value = part(0x30, part(0x02, Buffer.from([0])), text(cookie));
    const control = part(0x30, text('1.2.840.113556.1.4.319'), part(0x04, value));
    const groups = names.map((name) => message(id, entry(`cn=${name}`, 'cn', name)));
    return Buffer.concat([...groups, message(id, success(0x65), part(0xa0, control))]);
  };

/** Logs jane in at a server that answers questions for groups with these pages, the last one again and again. */
const groupsOf = async (...pages: readonly Page[]): Promise<readonly string[]> => (await logIn(pages)).groups;

async function logIn(pages: readonly Page[], more: Readonly<Record<string, unknown>> = {}) {
  const timeLimits: (number | null)[] = [];
  let asked = 0;
  const answer = (bytes: Buffer): Buffer => {
    const reader = new BerReader(bytes);
    reader.readSequence();
    const id = reader.readInt() ?? 0;
    if (reader.readSequence() !== 0x63) return message(id, success(0x61));
    const base = reader.readString();
    const [_scope, _aliases] = [reader.readEnumeration(), reader.readEnumeration()];
    const [_sizeLimit, timeLimit] = [reader.readInt(), reader.readInt()];
    timeLimits.push(timeLimit);
    if (base === 'ou=p') {
      return Buffer.concat([message(id, entry('uid=jane', 'uid', 'jane')), message(id, success(0x65))]);
    }
    asked += 1;
    return pages[Math.min(asked, pages.length) - 1]?.(id) ?? Buffer.alloc(0);
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => socket.write(answer(bytes)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const options = {
    ...{ host: `127.0.0.1:${(server.address() as AddressInfo).port}`, insecureNoSSL: true },
    userSearch: { baseDN: 'ou=p', username: 'uid', idAttr: 'uid' },
    groupSearch: { baseDN: 'ou=g', nameAttr: 'cn', userMatchers: [{ userAttr: 'DN', groupAttr: 'member' }] },
    ...more,
  };
  try {
    const { groups } = await (await openForm(ldap, noHttp, { options })).login(jane);
    return { groups, timeLimits };
  } finally {
    server.close();
  }
}

it('a page without groups is not the last one while there is a cookie', async () => {
  expect(await groupsOf(page([], 'a'), page(['ops'], 'b'), page([], 'c'), page(['dev'], ''))).toEqual(['ops', 'dev']);
});

it('some thousand small messages at once are read one after the other', async () => {
  const many: Page = (id) => Buffer.concat(Array.from({ length: 8000 }, () => message(id, part(0x73))));
  expect(await groupsOf((id) => Buffer.concat([many(id), page(['ops'], '')(id)]))).toEqual(['ops']);
});

it('the server may take as long as somebody waits for it', async () => {
  expect((await logIn([page([], '')], { timeout: '40500ms' })).timeLimits).toEqual([41, 41]);
});

it('pages that have no end are refused', async () => {
  await expect(groupsOf(page([], 'a'))).rejects.toMatchObject({ code: 'upstream/protocol', detail: { base: 'ou=g' } });
});
