import { dirname, resolve } from 'node:path';
import { readNamedFile } from '@ostiary/storage-sdk/server';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Cluster, type ConnectionMaterial, mistake } from './cluster.ts';
import { type KubernetesConfig, namespaceName } from './config.ts';

const text = z.string().min(1).exactOptional();
const clusterEntry = z.object({
  server: z.url({ protocol: /^https?$/u }),
  'certificate-authority': text,
  'certificate-authority-data': z.base64().exactOptional(),
  'insecure-skip-tls-verify': z.boolean().exactOptional(),
  'tls-server-name': text,
  'proxy-url': z.undefined('is not supported: connections are direct. Remove it.').optional(),
});

/** A server starts no program and speaks for nobody else: whoever can write this file could have it do both. */
const notForServers = 'is not supported in a server. Use a token, a tokenFile or a client certificate.';
const refused = z.undefined(notForServers).optional();
const userEntry = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': z.base64().exactOptional(),
  'client-key': text,
  'client-key-data': z.base64().exactOptional(),
  exec: refused,
  'auth-provider': refused,
  username: refused,
  as: refused,
});

const contextEntry = z.object({
  cluster: z.string(),
  user: z.string(),
  namespace: namespaceName.or(z.literal('')).exactOptional(),
});

const list = z.array(z.looseObject({ name: z.string() }));
const kubeconfig = z.object({
  'current-context': z.string().min(1, 'is not set. Set it with kubectl config use-context.'),
  clusters: list,
  users: list,
  contexts: list,
});

type ClusterEntry = z.infer<typeof clusterEntry>;
type UserEntry = z.infer<typeof userEntry>;

/** Options that name a kubeconfig file. */
export type KubeconfigOptions = Pick<KubernetesConfig, 'namespace'> & { readonly kubeConfigFile: string };

/**
 * The cluster and the user of the current context of a kubeconfig file. Paths in it are relative to its folder.
 *
 * @throws {OstiaryError} `config/invalid` for a file that cannot be read, and for what only programs at a desk can use.
 */
export async function clusterOfKubeconfig({ kubeConfigFile, namespace }: KubeconfigOptions): Promise<Cluster> {
  const file = check(kubeconfig, '', parseYaml(await readNamedFile(kubeConfigFile, 'storage.config.kubeConfigFile')));
  const pick = (list: 'clusters' | 'users' | 'contexts', key: string, name: string): Picked => {
    const entry = file[list].find((one) => one.name === name);
    if (entry === undefined) throw mistake(`kubeConfigFile: ${list} has no ${name}. Correct the current context.`);
    return { at: `${list}[${name}].${key}`, value: entry[key] };
  };
  const context = checkPicked(contextEntry, pick('contexts', 'context', file['current-context']));
  const cluster = checkPicked(clusterEntry, pick('clusters', 'cluster', context.cluster));
  const user = checkPicked(userEntry, pick('users', 'user', context.user));
  const read = (path: string, key: string): Promise<string> =>
    readNamedFile(resolve(dirname(kubeConfigFile), path), `storage.config.kubeConfigFile: ${key}`);
  const made: Cluster = {
    server: new URL(cluster.server),
    namespace: namespace ?? (context.namespace || 'default'),
    tls: () => tlsOf(cluster, user, read),
    authorization: () => authorizationOf(user, read),
  };
  await Promise.all([made.tls(), made.authorization()]);
  return made;
}

type ReadFile = (path: string, key: string) => Promise<string>;

async function authorizationOf({ token, tokenFile }: UserEntry, read: ReadFile): Promise<string | undefined> {
  const found = tokenFile === undefined ? token : (await read(tokenFile, 'tokenFile')).trim();
  return found === undefined ? undefined : `Bearer ${found}`;
}

async function tlsOf(cluster: ClusterEntry, user: UserEntry, read: ReadFile): Promise<ConnectionMaterial> {
  const pem = async (entry: ClusterEntry | UserEntry, key: string): Promise<string | undefined> => {
    const values = new Map<string, unknown>(Object.entries(entry));
    const [data, path] = [values.get(`${key}-data`), values.get(key)];
    if (typeof data === 'string') return Buffer.from(data, 'base64').toString();
    return typeof path === 'string' ? await read(path, key) : undefined;
  };
  const [ca, cert, key] = await Promise.all([
    pem(cluster, 'certificate-authority'),
    pem(user, 'client-certificate'),
    pem(user, 'client-key'),
  ]);
  const servername = cluster['tls-server-name'];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  };
}

interface Picked {
  readonly at: string;
  readonly value: unknown;
}

const checkPicked = <T>(schema: z.ZodType<T>, { at, value }: Picked): T => check(schema, at, value);

/** Names the place and what is wrong there, and quotes nothing: the file holds secrets. */
function check<T>(schema: z.ZodType<T>, at: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = [at, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  throw mistake(`kubeConfigFile: ${path || 'the file'}: ${issue?.message ?? 'is not valid'}`);
}

function parseYaml(content: string): unknown {
  try {
    return parse(content);
  } catch {
    // Not as the cause: it quotes the lines around the mistake.
    throw mistake('kubeConfigFile: the file is no YAML. Correct it.');
  }
}
