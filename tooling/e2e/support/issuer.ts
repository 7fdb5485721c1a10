/** The built server, as an operator would run it: a configuration file, TLS, SQLite. */
import { join } from 'node:path';
import {
  type CertificateAuthority,
  freePort,
  type OstiaryServer,
  startOstiary,
  temporaryFolder,
} from '@ostiary/tooling-servers';

const main = join(import.meta.dirname, '..', '..', '..', 'apps/server/dist/main.js');

export interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly server: OstiaryServer;
  /** The file of the database. */
  readonly database: string;
}

export interface IssuerSettings {
  readonly authority: CertificateAuthority;
  /** The rest of the configuration, as YAML at the top level. */
  readonly config: (url: string) => string;
  /** `http` only for parties that cannot be told of a certificate authority. */
  readonly scheme?: 'https' | 'http';
  /** What it calls itself when a proxy stands in front; it then listens without TLS. */
  readonly publicUrl?: string;
  /** From `freePort`, where others must know the address before. */
  readonly port?: number;
  /** As YAML, in the place of SQLite. */
  readonly storage?: string;
  /** Puts something into the database before the server opens it. */
  readonly prepare?: (database: string) => Promise<void>;
}

/** Starts the built server on a free port, with a database of its own that stays through restarts. */
export async function startIssuer(settings: IssuerSettings): Promise<Issuer> {
  const { authority, config, publicUrl, scheme = publicUrl === undefined ? 'https' : 'http' } = settings;
  await using stack = new AsyncDisposableStack();
  const data = stack.use(await temporaryFolder('ostiary-data'));
  const database = join(data.path, 'ostiary.db');
  await settings.prepare?.(database);
  const port = settings.port ?? (await freePort());
  const local = `${scheme}://127.0.0.1:${port}/dex`;
  const url = publicUrl ?? local;
  const { storage = `{ type: sqlite3, config: { file: ${database} } }` } = settings;
  const { certificateFile, keyFile } = await authority.issue();
  const tls = `{ https: "127.0.0.1:${port}", tlsCert: ${certificateFile}, tlsKey: ${keyFile} }`;
  const server = stack.use(
    await startOstiary({
      command: process.execPath,
      args: (file) => [main, 'serve', file],
      config: [
        `issuer: ${url}`,
        `storage: ${storage}`,
        `web: ${scheme === 'https' ? tls : `{ http: "127.0.0.1:${port}" }`}`,
        config(url),
      ].join('\n'),
      readyUrl: `${local}/healthz`,
      ca: authority.ca,
    }),
  );
  const owned = stack.move();
  return { url, server, database, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
