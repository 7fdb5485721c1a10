import { describe, expect, it } from 'vitest';
import {
  objectName,
  parseObject,
  parseVersion,
  type RecordWrite,
  toObject,
  toPatch,
  toVersion,
} from './record-object.ts';

const write = (more: Partial<RecordWrite>): RecordWrite => ({
  key: ['code', 'a'],
  json: '{"a":1}',
  deadline: undefined,
  mark: 'm1',
  ...more,
});

describe('the object of a record', () => {
  it('has a hash as its name, whatever the key is', () => {
    const names = ['../../secrets', 'A', 'a', '%2F', ''].map((id) => objectName(['code', id]));
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}$/u);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says kind, deadline and shard in labels, the key in an annotation, the value in base64', () => {
    expect(toObject(write({ deadline: 5 }), '7')).toEqual({
      apiVersion: 'ostiary.dev/v1',
      kind: 'Record',
      metadata: {
        name: objectName(['code', 'a']),
        labels: {
          'ostiary.dev/kind': 'code',
          'ostiary.dev/expires': '5',
          'ostiary.dev/shard': objectName(['code', 'a']).slice(0, 2),
        },
        annotations: { 'ostiary.dev/key': 'code/a' },
        resourceVersion: '7',
      },
      spec: { value: 'eyJhIjoxfQ==', write: 'm1' },
    });
  });

  it.each(['', 'Ümlaut', 'a b', '-a', 'a-', 'a/b', 'a'.repeat(64)])('has no label for the kind %j', (kind) => {
    expect(JSON.stringify(toObject(write({ key: [kind, 'x'] })))).not.toContain('ostiary.dev/kind');
  });

  it('has a deadline that is a label also before 1970', () => {
    expect(toObject(write({ deadline: -5 }))).toMatchObject({ metadata: { labels: { 'ostiary.dev/expires': '0' } } });
  });

  it('takes the deadline away in a patch that has none', () => {
    expect(toPatch(write({}))).toMatchObject({ metadata: { labels: { 'ostiary.dev/expires': null } } });
    expect(toPatch(write({ deadline: 5 }))).toMatchObject({ metadata: { labels: { 'ostiary.dev/expires': '5' } } });
  });

  it('is gone when it only waits for a finalizer', () => {
    const metadata = { name: 'n', uid: 'u', resourceVersion: '1' };
    const spec = { value: 'MQ==', write: 'w' };
    expect(parseObject({ metadata, spec })).toMatchObject({ json: '1', resourceVersion: '1' });
    expect(parseObject({ metadata: { ...metadata, deletionTimestamp: '2031-01-01T00:00:00Z' }, spec })).toBeUndefined();
  });

  it('is damaged without a value, and nothing of it is quoted', () => {
    expect(() => parseObject({ metadata: { name: 'n' }, spec: { value: 5 } })).toThrow(
      expect.objectContaining({ code: 'storage/corrupt' }),
    );
  });
});

describe('a version', () => {
  it.each([{ resourceVersion: '12' }, { resourceVersion: '12', deadline: 1_923_456_789_000 }])(
    'carries %j',
    (state) => {
      expect(parseVersion(toVersion(state))).toEqual(state);
    },
  );

  it.each(['', 'v', '0', '-1', '1.', '1.x', '1.2.3', '99999999999999999999', '1 2'])('is none of ours: %j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});
