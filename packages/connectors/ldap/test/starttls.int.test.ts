import { requireTool, type SlapdServer } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInjector } from './injector.ts';
import { jane, opened, startDirectory } from './support.ts';

/** The head of an answer that says yes to the bind, the third message, and takes what comes next for its text. */
const yesBefore = (bytes: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x30, 12 + bytes, 0x02, 0x01, 0x03, 0x61, 7 + bytes]),
    Buffer.from([0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, bytes]),
  ]);

/** Bytes of slapd's answer to a wrong password. */
const refusal = 14;

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)('StartTLS', () => {
  let slapd: SlapdServer;
  beforeAll(async () => {
    slapd = await startDirectory();
  });
  afterAll(() => slapd[Symbol.asyncDispose]());

  it('takes nothing that came before it for an answer', async () => {
    await using between = await startInjector(slapd.port, yesBefore(refusal));
    const { check } = await opened(slapd, { startTLS: true, host: between.host });
    await expect(check({ ...jane, password: 'no idea' })).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('ends at an answer whose lengths are wrong, which would keep the process busy for ever', async () => {
    const endless = Buffer.from('300e02010278070a010004000400a07f', 'hex');
    await using between = await startInjector(slapd.port, endless);
    const { check } = await opened(slapd, { startTLS: true, host: between.host });
    await expect(check(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('goes through somebody in between who leaves it alone', async () => {
    await using between = await startInjector(slapd.port, Buffer.alloc(0));
    const { check, login } = await opened(slapd, { startTLS: true, host: between.host });
    expect(await check({ ...jane, password: 'no idea' })).toBe('rejected');
    expect(await login(jane)).toMatchObject({ userId: 'jane' });
  });
});
