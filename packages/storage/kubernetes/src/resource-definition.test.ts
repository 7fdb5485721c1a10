import { describe, expect, it, vi } from 'vitest';
import { requireDefinition } from './resource-definition.ts';
import type { ApiAnswer } from './transport.ts';

const served: ApiAnswer = { status: 200, text: '{}' };
const missing: ApiAnswer = { status: 404, text: '404 page not found' };
const status = (code: number, reason: string): ApiAnswer => ({
  status: code,
  text: JSON.stringify({ kind: 'Status', reason, message: 'no' }),
});

/** Looks for the definition where the API answers this, in turn, and the last for ever. */
async function look(crdHandling: 'ensure' | 'check', ...answers: readonly ApiAnswer[]) {
  const left = [...answers];
  const send = vi.fn(async () => (left.length > 1 ? left.shift() : left[0]) ?? served);
  const sleep = vi.fn();
  const error: unknown = await requireDefinition({
    connections: { send },
    crdHandling,
    namespace: 'auth',
    sleep,
  }).catch((thrown: unknown) => thrown);
  return { error, sleep, methods: send.mock.calls.map(([request]: { method?: string }[]) => request?.method) };
}

describe('the definition of records', () => {
  it('is left as it is where it is there', async () => {
    expect(await look('ensure', served)).toMatchObject({ error: undefined, methods: ['GET'] });
  });

  it('is made, and waited for, also when somebody else made it at the same moment', async () => {
    expect((await look('ensure', missing, served, missing, served)).methods).toEqual(['GET', 'POST', 'GET', 'GET']);
    expect((await look('ensure', missing, status(409, 'AlreadyExists'), served)).error).toBeUndefined();
  });

  it('is only told to be missing with crdHandling check', async () => {
    const { error, methods } = await look('check', missing);
    expect(error).toHaveProperty('message', expect.stringContaining('kubectl apply -f crd.yaml'));
    expect(methods).toEqual(['GET']);
  });

  it('may be a matter for somebody with more rights', async () => {
    const { error } = await look('ensure', missing, status(403, 'Forbidden'));
    expect(error).toHaveProperty('message', expect.stringContaining('resources: [customresourcedefinitions]'));
  });

  it('is not waited for without end', async () => {
    const { error, sleep } = await look('ensure', missing, served, missing);
    expect(error).toHaveProperty('message', expect.stringContaining('serves no records'));
    expect(sleep).toHaveBeenCalledTimes(100);
  });

  it('is not looked for where rights are missing: that is told elsewhere', async () => {
    expect((await look('check', status(403, 'Forbidden'))).error).toBeUndefined();
    expect((await look('check', status(401, 'Unauthorized'))).error).toMatchObject({ status: { code: 401 } });
  });
});
