import { join } from 'node:path';
import { makeRsaCertificate } from './certificates.ts';
import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import { findTool, skipBecause, toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Who there is, and how assertions are encrypted. */
export interface Pysaml2Options {
  /** Attributes by user name. The password is `secret`. */
  readonly people: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** `cbc` is what pysaml2 does by itself (triple DES). Absent: not at all. */
  readonly encryption?: 'gcm' | 'cbc' | undefined;
}

/** A running identity provider on pysaml2 and xmlsec1. */
export interface Pysaml2Server extends Restartable {
  readonly metadataUrl: string;
  /** Tells it of the service that may send people, by the service's metadata. */
  know(serviceMetadata: string): Promise<void>;
}

/** Debian's Python, which is the one that has Debian's pysaml2. */
const python = '/usr/bin/python3';

/** Says why a test that needs pysaml2 must be skipped; see `requireTool`. */
export async function requirePysaml2(): Promise<string | undefined> {
  if (findTool('xmlsec1') === undefined) return skipBecause('xmlsec1 is not installed (Debian package xmlsec1)');
  const { exitCode } = await runCommand({ command: python, args: ['-c', 'import saml2'] }).catch(() => ({
    exitCode: 1,
  }));
  return exitCode === 0 ? undefined : skipBecause('pysaml2 is not installed (Debian package python3-pysaml2)');
}

/** Starts the identity provider on a free port of 127.0.0.1. */
export async function startPysaml2({ people, encryption }: Pysaml2Options): Promise<Pysaml2Server> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('pysaml2'));
  const port = await freePort();
  const files = await makeRsaCertificate({ folder: folder.path, name: 'idp' });
  const settings = { port, people, encryption: encryption ?? null, xmlsec1: toolPath('xmlsec1'), ...files };
  const base = `http://127.0.0.1:${port}`;
  const server = stack.use(
    await startServer({
      launch: {
        name: 'pysaml2',
        command: python,
        args: [join(import.meta.dirname, 'pysaml2.py'), JSON.stringify(settings)],
      },
      check: async () => (await probe(`${base}/metadata`)) === 200,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, {
    metadataUrl: `${base}/metadata`,
    async know(serviceMetadata: string) {
      const response = await fetch(`${base}/service`, {
        method: 'POST',
        body: new URLSearchParams({ metadata: serviceMetadata }),
      });
      if (!response.ok) throw new Error(`pysaml2 does not take the metadata: ${response.status}`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}
