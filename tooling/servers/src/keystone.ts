import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import { requireTool, toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { mustRun } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Everything an administrator asks: method and path below `/v3`, as in `PATCH /users/1`. */
export type KeystoneAsk = (what: string, body?: unknown) => Promise<unknown>;

/** A running OpenStack Keystone. */
export interface KeystoneServer extends Restartable {
  /** Without `/v3`. */
  readonly url: string;
  /** Account with the role `admin` on the system, and without a default project. */
  readonly adminName: string;
  readonly adminPassword: string;
  /** Asks as the administrator. Rejects for whatever is no success. */
  readonly ask: KeystoneAsk;
  /** Makes something, such as a user with `POST /users`, and answers its id. */
  create(kind: 'user' | 'group' | 'domain', fields: Readonly<Record<string, unknown>>): Promise<string>;
}

const adminName = 'admin';
const adminPassword = 'Only4tests!';

/** Says why a test that needs Keystone must be skipped; see `requireTool`. */
export function requireKeystone(): string | undefined {
  return requireTool('keystone-manage', 'keystone-wsgi-public');
}

/** Makes an installation in SQLite and starts it on a free port of 127.0.0.1. */
export async function startKeystone(): Promise<KeystoneServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('keystone'));
  const file = await folder.write('keystone.conf', configuration(folder.path));
  await Promise.all(['fernet', 'credential'].map((name) => mkdir(`${folder.path}/${name}`, { mode: 0o700 })));
  const manage = (...args: readonly string[]): Promise<unknown> =>
    mustRun({ command: toolPath('keystone-manage'), args: ['--config-file', file, ...args] });
  await manage('db_sync');
  readWhileWriting(`${folder.path}/keystone.db`);
  const { uid, gid } = userInfo();
  await manage('fernet_setup', '--keystone-user', String(uid), '--keystone-group', String(gid));
  await manage('bootstrap', '--bootstrap-username', adminName, '--bootstrap-password', adminPassword);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = stack.use(
    await startServer({
      launch: {
        name: 'keystone',
        command: toolPath('keystone-wsgi-public'),
        args: ['--host', '127.0.0.1', '--port', String(port)],
        env: { ...process.env, OS_KEYSTONE_CONFIG_FILES: file },
      },
      check: async () => (await probe(`${url}/v3`)) === 200,
      timeoutMs: 30_000,
    }),
  );
  const ask = await administrator(`${url}/v3`);
  const owned = stack.move();
  return Object.assign(server, {
    ...{ url, adminName, adminPassword, ask },
    async create(kind: 'user' | 'group' | 'domain', fields: Readonly<Record<string, unknown>>) {
      const made = (await ask(`POST /${kind}s`, { [kind]: fields })) as Record<typeof kind, { readonly id: string }>;
      return made[kind].id;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Four rounds of bcrypt are the fewest there are: the tests are not about guessing. */
const configuration = (folder: string): string => `
[database]
connection = sqlite:///${folder}/keystone.db
[token]
provider = fernet
[fernet_tokens]
key_repository = ${folder}/fernet
[fernet_receipts]
key_repository = ${folder}/fernet
[credential]
key_repository = ${folder}/credential
[identity]
password_hash_rounds = 4
`;

/** Keystone keeps transactions of refused requests open for a while; writers would wait for them and give up. */
function readWhileWriting(file: string): void {
  using database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL');
}

async function administrator(base: string): Promise<KeystoneAsk> {
  const user = { name: adminName, domain: { id: 'default' }, password: adminPassword };
  const identity = { methods: ['password'], password: { user } };
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const send = async (what: string, body?: unknown): Promise<Response> => {
    const [method = '', path = ''] = what.split(' ');
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${base}${path}`, { method, headers, ...sent });
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
    return response;
  };
  const issued = await send('POST /auth/tokens', { auth: { identity, scope: { system: { all: true } } } });
  headers['x-auth-token'] = issued.headers.get('x-subject-token') ?? '';
  return async (what, body) => {
    const text = await (await send(what, body)).text();
    return text === '' ? undefined : JSON.parse(text);
  };
}
