import type { RandomBytes } from '@ostiary/primitives';
import { randomVersion } from '@ostiary/storage-sdk';
import { z } from 'zod';
import type { Connections } from './connections.ts';
import type { GatewayRequest } from './endpoint.ts';
import { Refused, Unfit } from './etcd-error.ts';
import { isThere, type Range, remove, type Transaction, toBytes, write } from './gateway.ts';
import { acceptedAnswer, parseJson } from './gateway-status.ts';
import { endOf, type KeySpace } from './record.ts';

/** What is needed to try what a storage does. */
export interface FitnessOptions {
  readonly connections: Pick<Connections, 'exchange' | 'send'>;
  readonly space: KeySpace;
  readonly random: RandomBytes;
}

/**
 * Tries to read, and to write and remove in a transaction whose condition does not hold: etcd looks at the rights and at
 * its space, and nothing is written.
 *
 * @throws {Unfit} when there is no gateway, or no right to the keys.
 * @throws {Refused} for what etcd says otherwise.
 */
export async function requireFitness({ connections, space, random }: FitnessOptions): Promise<void> {
  try {
    for (const probe of probes(space, `probe-${randomVersion(random)}`)) {
      acceptedAnswer(await connections.exchange(probe));
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status.http === 404) throw await withoutGateway(connections);
    throw /permission denied/u.test(error.status.message) ? withoutRights(space) : error;
  }
}

function probes(space: KeySpace, name: string): readonly GatewayRequest[] {
  const all: Range = { key: toBytes(space.all), range_end: toBytes(endOf(space.all)), limit: '1', keys_only: true };
  const keys = [space.records + name, space.expires + name];
  const dry: Transaction = {
    // The name is new, so there is no such key.
    compare: keys.map(isThere),
    success: keys.map((key) => write(key, '')),
    failure: keys.map((key) => remove(key)),
  };
  return [
    { path: '/v3/kv/range', body: all, isReader: true },
    { path: '/v3/kv/txn', body: dry, isReader: true },
  ];
}

const versionForm = z.object({ etcdserver: z.string().regex(/^\d+\.\d+\./u) });

/** It answered 404. Its version, which is told without a gateway, tells why. */
async function withoutGateway(connections: Pick<Connections, 'send'>): Promise<Unfit> {
  const { text } = await connections.send({ path: '/version', isReader: true });
  const parsed = versionForm.safeParse(parseJson(text));
  if (!parsed.success) return new Unfit('answers 404: it is no etcd. Correct the port');
  const version = parsed.data.etcdserver;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 4))
    return new Unfit(`has version ${version}, which is too old. Take 3.4 or newer`);
  return new Unfit('has no JSON gateway. Start it with --enable-grpc-gateway');
}

function withoutRights({ all }: KeySpace): Unfit {
  const grant = `etcdctl role grant-permission ROLE --prefix=true readwrite '${all}'`;
  return new Unfit(`does not let this user read and write all keys that begin with ${all}. Run: ${grant}`);
}
