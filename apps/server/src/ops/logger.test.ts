import { OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogSettings } from './logger.ts';

const at = new Date('2031-02-03T04:05:06.789Z');

function record(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'json', excludeFields: [], ...settings },
    { write: (line) => void lines.push(line), now: () => at },
  );
  return { log, lines };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with the names of Dex', () => {
    const { log, lines } = record();
    log.child({ requestId: 'r1' }).warn('login.refused', { connector: 'a', count: 2 });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2031-02-03T04:05:06.789Z',
      level: 'WARN',
      msg: 'login.refused',
      requestId: 'r1',
      connector: 'a',
      count: 2,
    });
  });

  it('writes text as key=value, time, level and event first, one line whatever the value', () => {
    const { log, lines } = record({ format: 'text' });
    log.info('x.y', { name: 'Jane Doe', evil: 'a\nlevel=ERROR', empty: '', list: [1], ok: 'plain' });
    expect(lines).toEqual([
      'time=2031-02-03T04:05:06.789Z level=INFO msg=x.y name="Jane Doe" evil="a\\nlevel=ERROR" empty="" list=1 ok=plain\n',
    ]);
  });

  it.each([
    [['127.0.0.1:5556', '[::1]:5557'], 'list=127.0.0.1:5556,[::1]:5557'],
    [['a b', 'c'], 'list="a b,c"'],
    [[1, 2], 'list=1,2'],
    [[], 'list=""'],
    [['a,b', 'c'], String.raw`list="[\"a,b\",\"c\"]"`],
    [[{ a: 1 }], String.raw`list="[{\"a\":1}]"`],
  ])('writes a list as text with commas between, %j, where that is clear', (list, text) => {
    const { log, lines } = record({ format: 'text' });
    log.info('x', { list });
    expect(lines[0]).toContain(` ${text}\n`);
  });

  it('says the time of each line', () => {
    const times = ['2031-02-03T04:05:06.789Z', '2031-02-03T04:05:06.789Z', '2031-02-03T04:05:06.790Z'];
    const lines: string[] = [];
    let time = '';
    const log = createLogger(
      { level: 'info', format: 'json', excludeFields: [] },
      { write: (line) => void lines.push(line), now: () => new Date(time || 0) },
    );
    for (time of times) log.info('x');
    expect(lines.map((line) => JSON.parse(line).time)).toEqual(times);
  });

  it.each(['json', 'text'] as const)('leaves out what is undefined (%s)', (format) => {
    const { log, lines } = record({ format });
    log.child({ bound: undefined }).info('x', { path: undefined, kept: 1 });
    log.error('x', { path: undefined, kept: 1, error: new Error('e') });
    expect(lines.join('')).not.toMatch(/undefined|path|bound/);
    expect(lines.join('').match(/kept/g)).toHaveLength(2);
  });

  it('is silent below its level', () => {
    const { log, lines } = record({ level: 'warn' });
    log.debug('a');
    log.info('b');
    log.error('c');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['c']);
  });

  it('leaves fields out that are excluded, also those that were bound before', () => {
    const { log, lines } = record({ excludeFields: ['email', 'requestId'] });
    log.child({ requestId: 'r', keep: 1 }).info('x', { email: 'a@b.example', group: { email: 'nested stays' } });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ keep: 1, group: { email: 'nested stays' } });
    expect(lines[0]).not.toContain('a@b.example');
    expect(lines[0]).not.toContain('requestId');
  });

  it.each(['json', 'text'] as const)('never prints a Secret, at any depth (%s)', (format) => {
    const { log, lines } = record({ format });
    const secret = new Secret('s3cr3t');
    log.child({ bound: secret }).error('x', { secret, nested: { list: [secret] } });
    expect(lines.join('')).not.toContain('s3cr3t');
    expect(lines.join('')).toContain('[secret]');
  });

  it('does not let a field pretend to be the time, the level or the event', () => {
    const { log, lines } = record();
    log.info('real', { msg: 'forged', level: 'DEBUG', time: 'never' });
    expect(lines[0]?.match(/"msg":/gu)).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'real', level: 'INFO', msg_: 'forged' });
  });

  it('writes errors with code, detail and causes, and without tokens', () => {
    const { log, lines } = record();
    const cause = new TypeError('fetch of https://a.example/?code=abc123&x=1 failed with Bearer abcdefghijkl');
    const error = new OstiaryError('upstream/unavailable', 'Try again.', { cause, detail: { host: 'a.example' } });
    log.error('upstream.failed', { error });
    const { error: written } = JSON.parse(lines[0] ?? '');
    expect(written).toMatchObject({
      name: 'OstiaryError',
      code: 'upstream/unavailable',
      message: 'Try again.',
      detail: { host: 'a.example' },
      cause: {
        name: 'TypeError',
        message: 'fetch of https://a.example/?code=[secret]&x=1 failed with Bearer [secret]',
      },
    });
    expect(written).not.toHaveProperty('stack');
    expect(written.cause.stack).toContain('TypeError');
    expect(lines[0]).not.toContain('abc123');
  });

  it('ends with a chain of causes that does not', () => {
    const { log, lines } = record();
    const error = new Error('a');
    error.cause = error;
    log.error('x', { error });
    expect(lines).toHaveLength(1);
  });
});
