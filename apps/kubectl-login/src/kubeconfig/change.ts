/** What a login changes in the kubeconfig, decided and done on documents in memory. */
import type { Document } from 'yaml';
import { EXEC_API_GROUP } from '../fast/exec-info.ts';
import { shellWord } from '../plain-text.ts';
import { problem } from '../problem.ts';
import {
  currentContext,
  type EntryList,
  entryNames,
  type Plain,
  readEntry,
  setCurrentContext,
  setEntry,
} from './document.ts';

/** The files that were read, in the order in which they win. */
export interface Kubeconfig {
  readonly files: readonly KubeconfigFile[];
  /** The file for new entries; one of `files`. */
  readonly target: KubeconfigFile;
}

export interface KubeconfigFile {
  readonly path: string;
  /** Undefined when the file does not exist yet. */
  readonly text: string | undefined;
  readonly document: Document;
}

export interface KubeconfigRequest {
  readonly sessionId: string;
  /** Name of the `users` entry; the session's id by default. */
  readonly user?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  /** Makes a `clusters` entry. */
  readonly server?: string | undefined;
  /** Base64 of PEM text, for that entry. */
  readonly caData?: string | undefined;
}

export interface Change {
  readonly file: KubeconfigFile;
  readonly text: string;
}

export interface Outcome {
  /** Empty when everything was so already. */
  readonly changes: readonly Change[];
  /** The context that now uses the session; undefined when none does. */
  readonly context: string | undefined;
  /** True when kubectl uses that context without being told. */
  readonly isCurrent: boolean;
}

/** Changes the documents as asked. Nothing is written here. @throws {OstiaryError} `config/invalid` */
export function changeKubeconfig(config: Kubeconfig, request: KubeconfigRequest): Outcome {
  const changes: Change[] = [];
  const editor = new Editor(config, changes);
  assertOurUser(editor, request.user ?? request.sessionId);
  const cluster = chooseCluster(editor, request);
  const context = chooseContext(editor, request, cluster);
  const user = request.user ?? userOf(editor, context, request.sessionId) ?? request.sessionId;
  editor.set('users', user, { exec: execEntry(request.sessionId) });
  if (context === undefined) return { changes, context, isCurrent: false };
  editor.set('contexts', context, { ...(cluster === undefined ? {} : { cluster }), user });
  if (editor.current() === undefined) editor.setCurrent(context);
  return { changes, context, isCurrent: editor.current() === context };
}

/** The context's user where it takes its tokens from the session already, whatever its name and what else it says. */
function userOf(editor: Editor, context: string | undefined, sessionId: string): string | undefined {
  const name = context === undefined ? undefined : editor.get('contexts', context)?.user;
  if (typeof name !== 'string') return undefined;
  const { exec } = editor.get('users', name) ?? {};
  return isOurs({ exec }) && sessionOfExec(exec) === sessionId ? name : undefined;
}

/** The session that an exec stanza names. */
export function sessionOfExec(exec: unknown): string | undefined {
  const args: unknown = typeof exec === 'object' && exec !== null ? Reflect.get(exec, 'args') : undefined;
  if (!Array.isArray(args)) return undefined;
  return args.map((arg) => /^--session=(.+)$/.exec(String(arg))?.[1]).find((found) => found !== undefined);
}

/** The exec stanza: short, without secrets, and the same for every kubeconfig on this machine. */
function execEntry(sessionId: string): Record<string, Plain> {
  return {
    apiVersion: `${EXEC_API_GROUP}/v1`,
    command: 'kubectl-login',
    args: ['get-token', `--session=${sessionId}`],
    interactiveMode: 'IfAvailable',
    installHint: 'kubectl-login is not installed or not in PATH. Install it with: npm install --global kubectl-login',
  };
}

class Editor {
  readonly #config: Kubeconfig;
  readonly #changes: Change[];

  constructor(config: Kubeconfig, changes: Change[]) {
    this.#config = config;
    this.#changes = changes;
  }

  #owner(list: EntryList, name: string): KubeconfigFile | undefined {
    return this.#config.files.find(({ document }) => readEntry(document, list, name) !== undefined);
  }

  get(list: EntryList, name: string): Record<string, unknown> | undefined {
    const owner = this.#owner(list, name);
    return owner === undefined ? undefined : readEntry(owner.document, list, name);
  }

  names(list: EntryList): readonly string[] {
    return [...new Set(this.#config.files.flatMap(({ document }) => entryNames(document, list)))];
  }

  /** An existing entry is changed where it is, a new one goes to the target. */
  set(list: EntryList, name: string, content: Record<string, Plain>): void {
    const owner = this.#owner(list, name);
    const file = owner ?? this.#config.target;
    const replaced = replacedTexts(this.get(list, name), content);
    if (!setEntry(file.document, list, { name, content })) return;
    const what = `${owner === undefined ? 'add' : 'change'} ${list.slice(0, -1)} "${name}" in ${file.path}`;
    this.#changes.push({ file, text: replaced === '' ? what : `${what}: ${replaced}` });
  }

  current(): string | undefined {
    for (const { document } of this.#config.files) {
      const name = currentContext(document);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  setCurrent(name: string): void {
    const file = this.#config.target;
    setCurrentContext(file.document, name);
    this.#changes.push({ file, text: `set the current context to "${name}" in ${file.path}` });
  }
}

/** What gives way in an entry, so that a person can put it back: `user "old" -> "new"`. */
function replacedTexts(before: Readonly<Record<string, unknown>> = {}, content: Record<string, Plain>): string {
  return Object.entries(content)
    .filter(([key, value]) => typeof value === 'string' && before[key] && before[key] !== value)
    .map(([key, value]) => `${key} "${before[key]}" -> "${value}"`)
    .join(', ');
}

function invalid(cause: string, remedy: string): Error {
  return problem({ code: 'config/invalid', cause, remedy });
}

/** Somebody else's user entry is not taken over. */
function assertOurUser(editor: Editor, user: string): void {
  const entry = editor.get('users', user);
  if (entry === undefined || Object.keys(entry).length === 0 || isOurs(entry)) return;
  throw invalid(`The user "${user}" exists and was not made by kubectl login.`, 'Choose another name: --user NAME');
}

function isOurs({ exec }: Readonly<Record<string, unknown>>): boolean {
  return typeof exec === 'object' && exec !== null && Reflect.get(exec, 'command') === 'kubectl-login';
}

function chooseCluster(editor: Editor, request: KubeconfigRequest): string | undefined {
  const { cluster, server, caData } = request;
  if (server === undefined) {
    if (cluster === undefined || editor.get('clusters', cluster) !== undefined) return cluster;
    const known = editor.names('clusters');
    throw invalid(
      `There is no cluster "${cluster}" in the kubeconfig${known.length > 0 ? ` (there are: ${known.join(', ')})` : ''}.`,
      'Check --cluster, or make the entry with --server URL and --cluster-ca FILE.',
    );
  }
  const name = cluster ?? new URL(server).hostname.replace(/^\[|\]$/g, '');
  const present = editor.get('clusters', name) ?? {};
  const differs =
    Object.keys(present).length > 0 &&
    (present.server !== server ||
      (caData ?? present['certificate-authority-data']) !== present['certificate-authority-data']);
  if (differs)
    throw invalid(`The cluster "${name}" exists with another server or CA.`, 'Choose another name: --cluster NAME');
  editor.set('clusters', name, { server, ...(caData === undefined ? {} : { 'certificate-authority-data': caData }) });
  return name;
}

/** The context to point to the session; undefined when there is none and none was asked for. */
function chooseContext(editor: Editor, request: KubeconfigRequest, cluster: string | undefined): string | undefined {
  const name = request.context ?? cluster ?? editor.current();
  if (name === undefined) return undefined;
  const present = editor.get('contexts', name);
  if (present === undefined) {
    // A current context that is not there is no reason to fail: kubectl lives with it as well.
    if (cluster !== undefined) return name;
    if (request.context === undefined) return undefined;
    throw invalid(
      `There is no context "${name}" in the kubeconfig, and no cluster to make it for.`,
      'Check --context, or add --cluster NAME (or --server URL) to make it.',
    );
  }
  if (request.context !== undefined) return name;
  assertOurContext(editor, name, present.user);
  if (cluster === undefined || present.cluster === cluster) return name;
  throw invalid(
    `The context "${name}" belongs to another cluster.`,
    'Name the context to make or change: --context NAME',
  );
}

/** A context that nobody named is changed only if its user is one of ours: another may be the only way into a cluster. */
function assertOurContext(editor: Editor, context: string, user: unknown): void {
  if (!user || isOurs(editor.get('users', String(user)) ?? {})) return;
  throw invalid(
    `The context "${context}" uses the user "${user}", which was not made by kubectl login.`,
    `To replace that user, say so: --context ${shellWord(context)}; or name a new context and its cluster: --context NAME --cluster CLUSTER`,
  );
}
