import { describe, expect, it, vi } from 'vitest';
import { objectName } from './record-object.ts';
import { Records } from './records.ts';
import { type Status, statusOf } from './status.ts';
import type { ApiAnswer, ApiRequest } from './transport.ts';

const key = ['code', '../../secrets/x?y#z'] as const;
const name = objectName(key);
const write = { key, json: '1', deadline: undefined, mark: 'm' };
const gone = (next?: string): ApiAnswer => ({
  status: 410,
  text: JSON.stringify({ kind: 'Status', reason: 'Expired', metadata: next === undefined ? {} : { continue: next } }),
});
const status = (code: number, reason: string, details: object): ApiAnswer => ({
  status: code,
  text: JSON.stringify({ kind: 'Status', reason, details }),
});
const emptyPage: ApiAnswer = { status: 200, text: '{"metadata":{},"items":null}' };

/** Records whose API answers this, in turn. What is not expected rejects, as connections do. */
function setUp(...answers: readonly ApiAnswer[]) {
  const left = [...answers];
  const ask = vi.fn(async (_: ApiRequest, expected: (status: Status) => boolean): Promise<ApiAnswer> => {
    const answer = left.shift() ?? emptyPage;
    if (answer.status >= 300 && !expected(statusOf(answer))) throw new Error(`not expected: ${answer.status}`);
    return answer;
  });
  return { records: new Records({ ask }, 'auth'), paths: () => ask.mock.calls.map(([{ path }]) => path) };
}

describe('records', () => {
  it('are asked for by a path that no id can change', async () => {
    const { records, paths } = setUp(status(404, 'NotFound', { name, kind: 'records' }));
    expect(await records.read(key)).toBeUndefined();
    expect(paths()).toEqual([`/apis/ostiary.dev/v1/namespaces/auth/records/${name}`]);
  });

  it.each([
    ['the definition', { status: 404, text: '404 page not found' }],
    ['the namespace', status(404, 'NotFound', { name: 'auth', kind: 'namespaces' })],
    ['something of a proxy', { status: 404, text: '<html>' }],
  ])('are not missing when %s is', async (_what, answer) => {
    await expect(setUp(answer).records.read(key)).rejects.toThrow('not expected: 404');
    await expect(setUp(answer).records.replace(write, '1')).rejects.toThrow('not expected: 404');
    await expect(setUp(answer).records.overwrite(write)).rejects.toThrow('not expected: 404');
    await expect(setUp(answer).records.remove({ name, uid: 'u', resourceVersion: '1' })).rejects.toThrow();
  });

  it('are no lost race when a quota was', async () => {
    const quota = status(409, 'Conflict', { name: 'quota', kind: 'resourcequotas' });
    await expect(setUp(quota).records.create(write)).rejects.toThrow('not expected: 409');
  });

  it('are walked on from where the API offers to when a place has expired, or else from the start', async () => {
    const offered = setUp(gone('later'));
    expect(await offered.records.page(5, 'old')).toEqual({ heads: [] });
    expect(offered.paths().map((path) => path.split('?')[1])).toEqual([
      'limit=5&continue=old',
      'limit=5&continue=later',
    ]);
    const none = setUp(gone());
    await none.records.page(5, 'old');
    expect(none.paths().map((path) => path.split('?')[1])).toEqual(['limit=5&continue=old', 'limit=5']);
  });

  it('are selected from the cache', async () => {
    const { records, paths } = setUp();
    await records.select('a<5', '0');
    await records.select('a<5', '7');
    expect(paths().map((path) => path.split('?')[1])).toEqual([
      'labelSelector=a%3C5&resourceVersion=0',
      'labelSelector=a%3C5&resourceVersion=7&resourceVersionMatch=NotOlderThan',
    ]);
  });
});
