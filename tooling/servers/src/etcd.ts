import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A running etcd of one member, without TLS. */
export interface EtcdServer extends Restartable {
  readonly url: string;
  /** Forgets all states but the newest, as clusters do every five minutes. */
  compact(): Promise<void>;
}

/** Starts etcd on free ports of 127.0.0.1, in a folder of its own. */
export async function startEtcd(): Promise<EtcdServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('etcd'));
  const [url, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const args = [
    ...['--data-dir', `${folder.path}/data`, '--initial-cluster', `default=${peers}`],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
    '--unsafe-no-fsync', // a process that is killed loses nothing without it; only a machine would
  ];
  const server = stack.use(
    await startServer({
      launch: { name: 'etcd', command: toolPath('etcd'), args, cwd: folder.path },
      check: async () => (await probe(`${url}/health`)) === 200,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, {
    url,
    compact: () => compact(url),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Over its gateway of JSON, so that no client is needed. */
async function compact(url: string): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return response.json();
  };
  const { header } = (await post('range', { key: btoa('any') })) as { header: { revision: string } }; // documented by etcd
  await post('compaction', { revision: header.revision, physical: true });
}
