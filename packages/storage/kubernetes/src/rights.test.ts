import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { requireRights } from './rights.ts';
import type { ApiAnswer, ApiRequest } from './transport.ts';

const missing: ApiAnswer = {
  status: 404,
  text: JSON.stringify({ kind: 'Status', reason: 'NotFound', details: { name: 'x', kind: 'records' } }),
};
const status = (code: number, details: object): ApiAnswer => ({
  status: code,
  text: JSON.stringify({ kind: 'Status', reason: 'Sorry', message: 'you cannot', details }),
});
const keepAll = ({ body }: ApiRequest): ApiAnswer => ({ status: 201, text: JSON.stringify(body) });

/** Tries the rights where the API answers so to some methods; to the others as it does when all is well. */
async function tryRights(answers: Partial<Record<ApiRequest['method'], (request: ApiRequest) => ApiAnswer>>) {
  const list: ApiAnswer = { status: 200, text: '{}' };
  const send = vi.fn(async (request: ApiRequest): Promise<ApiAnswer> => {
    const usual = request.method === 'POST' ? keepAll : () => (request.path.includes('limit') ? list : missing);
    return (answers[request.method] ?? usual)(request);
  });
  const error: unknown = await requireRights({ connections: { send }, namespace: 'auth', random: randomBytes }).catch(
    (thrown: unknown) => thrown,
  );
  return { error, requests: send.mock.calls.map(([request]) => request) };
}

describe('rights', () => {
  it('are tried without a trace, and without a list that reads all records', async () => {
    const { error, requests } = await tryRights({});
    expect(error).toBeUndefined();
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
    for (const { method, path } of requests) {
      if (method !== 'GET') expect(path).toMatch(/\?dryRun=All$/u);
      expect(path).not.toContain('labelSelector');
    }
  });

  it('that are missing are told together, before anything else that is wrong', async () => {
    const forbidden = (): ApiAnswer => status(403, {});
    const { error } = await tryRights({ PUT: forbidden, DELETE: forbidden, POST: () => status(500, {}) });
    expect(error).toHaveProperty('message', expect.stringContaining('verbs: [update, delete]'));
  });

  it('are of no use without the namespace', async () => {
    const { error } = await tryRights({ POST: () => status(404, { name: 'auth', kind: 'namespaces' }) });
    expect(error).toHaveProperty('message', expect.stringContaining('has no namespace auth.'));
  });

  it.each([
    [
      'that takes something away',
      ({ body }: ApiRequest) => ({ ...keepAll({ method: 'POST', path: '', body }), text: '{}' }),
    ],
    ['that refuses it', () => status(422, {})],
  ])('are of no use with a definition %s', async (_what, answer) => {
    const { error } = await tryRights({ POST: answer });
    expect(error).toHaveProperty('message', expect.stringContaining('keeps not all of a record'));
  });

  it('may be tried where an admission controller adds labels', async () => {
    const labelled = ({ body }: ApiRequest): ApiAnswer => {
      const object = structuredClone(body) as { metadata: { labels: object } }; // what toObject makes
      return {
        status: 201,
        text: JSON.stringify({
          ...object,
          metadata: { ...object.metadata, labels: { ...object.metadata.labels, team: 'a' } },
        }),
      };
    };
    expect((await tryRights({ POST: labelled })).error).toBeUndefined();
  });

  it('are no question where the API has a fault of its own', async () => {
    const { error } = await tryRights({ POST: () => status(500, {}) });
    expect(error).toMatchObject({ status: { code: 500 } });
  });
});
