/** The API for administrators on a port, and what its clients need. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { temporaryFolder } from '@ostiary/tooling-servers';
import { createApi } from '../src/administration/api/handler.ts';
import { refusedConnections } from '../src/administration/listening.ts';
import { openListener } from '../src/listen/listener.ts';
import { createFakeAdministration } from './fake-administration.ts';
import { type LogLine, recordingLogger } from './fake-issuer.ts';
import { createFakeTimers, settle } from './fake-timers.ts';
import { type MadeAuthority, makeAuthority } from './made-certificates.ts';

export interface OpenApiOptions {
  /** `none`: HTTP/2 in the clear. `server`: TLS. Else clients need a certificate. */
  readonly tls?: 'none' | 'server';
  readonly minVersion?: SecureVersion;
  readonly drainMs?: number;
  /** Whose certificates count, as PEM. Without it, those of an authority of its own. */
  readonly clientCa?: string;
  /** The clock of the API. */
  readonly now?: () => Date;
}

/** Opens it on a free port of 127.0.0.1. Its timers are made up. */
export async function openApi({
  tls,
  minVersion = 'TLSv1.2',
  drainMs = 25_000,
  now = () => new Date(),
  clientCa,
}: OpenApiOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('api'));
  const { authority, clients, files, clientCaFile, renew, trust } = await makeFiles(folder.path, clientCa);
  const lines: LogLine[] = [];
  const timers = createFakeTimers();
  const log = recordingLogger(lines);
  const administration = createFakeAdministration();
  let ids = 0;
  const newRequestId = (): string => `request-${++ids}`;
  const handler = createApi({ administration: () => administration, version: '1.2.3', log, now, newRequestId });
  const settings = { block: 'grpc', ...files, minVersion, maxVersion: 'TLSv1.3' } as const;
  const needed = tls === 'server' ? settings : { ...settings, clientCaFile };
  const options = { name: 'grpc.addr', protocol: 'http2', address: { host: '127.0.0.1', port: 0 }, drainMs } as const;
  const listener = await openListener(
    { ...options, handler, onRefused: refusedConnections(log), ...(tls === 'none' ? {} : { tls: needed }) },
    { timers, now: () => new Date(), log, readFile: (file) => readFile(file, 'utf8') },
  );
  /** Closes it; made-up time passes as long as that takes. */
  const close = async (): Promise<void> => {
    let open = true;
    const closing = listener.close('connected').finally(() => {
      open = false;
    });
    while (open) {
      await settle();
      await timers.advance(1000);
    }
    await closing;
  };
  stack.defer(close);
  const owned = stack.move();
  return {
    ...{ administration, authority, clients, lines, listener, timers, renew, trust, close },
    port: Number(listener.address.split(':')[1]),
    origin: `${tls === 'none' ? 'http' : 'https'}://${listener.address}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The files of its certificates. The authority of clients is in a folder of its own, as with another secret volume. */
async function makeFiles(folder: string, clientCa: string | undefined) {
  const authority = await makeAuthority('Servers');
  const clients = await makeAuthority('Clients');
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  const clientCaFile = join(folder, 'clients', 'ca.crt');
  /** As a secret volume does: whole files under a new name, then renamed. */
  const put = async (file: string, text: string): Promise<void> => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const renew = async (): Promise<void> => {
    const { cert, key } = await authority.issue('server');
    await Promise.all([put(files.certFile, cert), put(files.keyFile, key)]);
  };
  const trust = ({ ca }: Pick<MadeAuthority, 'ca'>): Promise<void> => put(clientCaFile, ca);
  await mkdir(dirname(clientCaFile));
  await Promise.all([renew(), trust({ ca: clientCa ?? clients.ca })]);
  return { authority, clients, files, clientCaFile, renew, trust };
}

/** {@link openApi} */
export type OpenApi = Awaited<ReturnType<typeof openApi>>;
