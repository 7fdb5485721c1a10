import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { HttpOptions } from '../define.ts';
import { fakeClock, recordingLogger, testContext } from '../testing/index.ts';
import { trustedFetch } from './trusted-fetch.ts';

const [first = '', second = ''] = rootCertificates;

function trusting(files: Record<string, string>, trust: Parameters<typeof trustedFetch>[0]) {
  const clock = fakeClock();
  const log = recordingLogger();
  const asked: (HttpOptions | undefined)[] = [];
  const context = testContext({
    now: clock.now,
    log,
    async readFile(path) {
      const text = files[path];
      if (text === undefined) throw new Error('gone');
      return text;
    },
    http: (options) => async () => {
      asked.push(options);
      return new Response();
    },
  });
  return { clock, log, asked, fetch: trustedFetch(trust, context) };
}

const certificates = [{ source: '/ca.pem', path: 'rootCA' }];

describe('trustedFetch', () => {
  it('reads the files with the first request, and again after a minute', async () => {
    const files = { '/ca.pem': first };
    const { fetch, asked, clock } = trusting(files, { certificates });
    files['/ca.pem'] = second;
    await fetch('https://a.example');
    expect(asked).toEqual([{ certificateAuthorities: [second] }]);
    files['/ca.pem'] = `${first}\n${second}`;
    await fetch('https://a.example');
    expect(asked.at(-1)).toEqual({ certificateAuthorities: [second] });
    clock.advance(61);
    await fetch('https://a.example');
    expect(asked.at(-1)).toEqual({ certificateAuthorities: [first, second] });
  });

  it('goes on with the old ones when the file is gone later, and says so', async () => {
    const files: Record<string, string> = { '/ca.pem': first };
    const { fetch, asked, clock, log } = trusting(files, { certificates });
    await fetch('https://a.example');
    delete files['/ca.pem'];
    clock.advance(3600);
    await fetch('https://a.example');
    expect(asked).toEqual([{ certificateAuthorities: [first] }, { certificateAuthorities: [first] }]);
    expect(log.lines).toContainEqual(expect.objectContaining({ event: 'connector.certificates_unreadable' }));
  });

  it('fails as a wrong configuration when the file was never there, and heals', async () => {
    const files: Record<string, string> = {};
    const { fetch } = trusting(files, { certificates });
    await expect(fetch('https://a.example')).rejects.toMatchObject({ code: 'config/invalid' });
    files['/ca.pem'] = first;
    await expect(fetch('https://a.example')).resolves.toBeInstanceOf(Response);
  });

  it('warns when any certificate will do', () => {
    const { log } = trusting({}, { insecureSkipVerify: true });
    expect(log.lines[0]).toMatchObject({ level: 'warn', event: 'connector.certificates_not_verified' });
    expect(trusting({}, {}).log.lines).toEqual([]);
  });
});
