import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { GatewayRequest } from './endpoint.ts';
import { Refused } from './etcd-error.ts';
import { requireFitness } from './fitness.ts';
import { type GatewayAnswer, statusOf } from './gateway-status.ts';
import { keySpace } from './record.ts';

const fine: GatewayAnswer = { status: 200, text: '{"header":{}}' };
const gone: GatewayAnswer = { status: 404, text: 'Not Found\n' };
const denied: GatewayAnswer = { status: 403, text: '{"message":"etcdserver: permission denied"}' };

/** Tries an etcd that answers its gateway and its version so. */
function fitness(answers: readonly GatewayAnswer[], version: GatewayAnswer = gone) {
  const left = [...answers];
  const exchange = vi.fn(async (_: GatewayRequest) => left.shift() ?? fine);
  const send = vi.fn(async () => version);
  const space = keySpace('dex/');
  return { done: requireFitness({ connections: { exchange, send }, space, random: randomBytes }), exchange };
}

describe('an etcd', () => {
  it('is fit when it lets read, write and remove, which is tried without writing', async () => {
    const { done, exchange } = fitness([]);
    await done;
    expect(exchange.mock.calls.map(([{ path }]) => path)).toEqual(['/v3/kv/range', '/v3/kv/txn']);
    const [compare] = Object(exchange.mock.calls[1]?.[0].body).compare;
    expect(compare).toMatchObject({ target: 'VERSION', result: 'GREATER', version: '0' });
  });

  it.each([[[denied]], [[fine, denied]]])(
    'without a right to the keys is told with the command that gives it',
    async (answers) => {
      await expect(fitness(answers).done).rejects.toThrow(
        "Run: etcdctl role grant-permission ROLE --prefix=true readwrite 'dex/ostiary/'",
      );
    },
  );

  it.each([
    ['3.3.27', 'has version 3.3.27, which is too old. Take 3.4 or newer'],
    ['2.3.8', 'too old'],
    ['3.4.23', 'has no JSON gateway. Start it with --enable-grpc-gateway'],
    ['4.0.1', 'has no JSON gateway'],
  ])('that does not know the gateway is told by its version, %s', async (etcdserver, words) => {
    const version = { status: 200, text: JSON.stringify({ etcdserver, etcdcluster: etcdserver }) };
    await expect(fitness([gone], version).done).rejects.toThrow(words);
  });

  it('is none when it does not say its version', async () => {
    await expect(fitness([gone]).done).rejects.toThrow('it is no etcd');
  });

  it('that says no otherwise has its words passed on', async () => {
    const full = { status: 429, text: '{"message":"etcdserver: mvcc: database space exceeded"}' };
    await expect(fitness([fine, full]).done).rejects.toEqual(new Refused(statusOf(full)));
    await expect(fitness([{ status: 403, text: '<h1>Forbidden</h1>' }]).done).rejects.toBeInstanceOf(Refused);
  });
});
