/** `kubectl login [ISSUER]`: log in, keep the session, point the kubeconfig to it. */
import { isOstiaryError } from '@ostiary/primitives';
import { readCertificates } from '../certificate-file.ts';
import { loginAttempts } from '../get-token/attempts.ts';
import { usable } from '../get-token/renew.ts';
import { isLoopbackHost } from '../http/loopback-host.ts';
import { changeKubeconfig, type KubeconfigRequest, type Outcome } from '../kubeconfig/change.ts';
import type { KubeconfigPaths } from '../kubeconfig/paths.ts';
import { assertWritable, readKubeconfig, updateKubeconfig } from '../kubeconfig/update.ts';
import { chooseFlow } from '../login/choose-flow.ts';
import { keyOfLogin, type LoggedIn, logIn } from '../login/log-in.ts';
import { parseListenAddress } from '../login/loopback.ts';
import { openBrowser } from '../login/open-browser.ts';
import { discoverProvider, type Provider } from '../oidc/provider.ts';
import { printable, shellWord } from '../plain-text.ts';
import { explain, problem } from '../problem.ts';
import { type SessionKey, sessionId } from '../store/session.ts';
import type { System } from '../system.ts';
import { findKubeconfig, type KubeconfigFlags } from './current-session.ts';
import { chooseTarget, type LoginFlags, type Target } from './login-target.ts';

/** Runs the command. */
export async function loginCommand(issuer: string | undefined, flags: LoginFlags, system: System): Promise<void> {
  parseListenAddress(flags.listenAddress);
  const target = chooseTarget(issuer, flags, system);
  const fetch = system.fetchFor(target.certificateAuthority);
  // A renewal stays with the issuer that the session knows, to the letter.
  const typed = target.renewed === undefined;
  const provider = await discoverProvider(target.issuer, { fetch, now: system.now }, { typed });
  const key = target.renewed?.key ?? keyOfLogin(provider, target.options);
  const id = sessionId(key);
  const request = kubeconfigRequest(id, flags);
  const touches = typed || [flags.context, flags.cluster, flags.user, flags.server].some(Boolean);
  // Whatever is wrong with the kubeconfig is better said before the person goes to the browser.
  const paths = findKubeconfig(flags, system);
  const plan = touches ? changeKubeconfig(readKubeconfig(paths), request) : undefined;
  const kept = plan === undefined || plan.changes.length === 0 ? undefined : keptLogin(id, target, system);
  if (flags.dryRun) return describePlan({ plan, kept, provider }, system);
  if (plan !== undefined) await assertWritable(paths, plan, system.lock);

  const login = kept ?? (await logInNow({ target, provider, key }, { flags, system }));
  reportLogin(login, kept !== undefined, system);
  reportRenewal(login, target, system);
  if (touches)
    report(await pointTo(login, { paths, request, target }, system), { id, kubeconfig: flags.kubeconfig }, system);
}

/**
 * A login that is good for another entry in the kubeconfig: the cluster that was forgotten, or a file that could not be
 * written after the last login. A person who says how to log in wants a new one; a name alone only says which session.
 */
function keptLogin(id: string, target: Target, system: System): LoggedIn | undefined {
  if (flagsForNewLogin(target).length > 0) return undefined;
  const credential = usable(system.store.credential(id), 0, system.now);
  const session = system.store.find(id);
  if (credential === undefined || session === undefined) return undefined;
  return session.certificateAuthority === target.certificateAuthority ? { session, credential } : undefined;
}

function flagsForNewLogin({ options, renewed }: Target): readonly string[] {
  const otherName = renewed !== undefined && options.loginHint !== renewed.key.loginHint;
  return [...(options.prompt === undefined ? [] : ['--prompt']), ...(otherName ? ['--login-hint'] : [])];
}

function reportLogin({ session: { id, key, user } }: LoggedIn, isKept: boolean, { say }: System): void {
  if (isKept) say(`You are logged in to ${key.issuer} as ${user}. For a new login: kubectl login --session=${id}`);
  else say(`Logged in to ${key.issuer} as ${user}.`);
}

interface Entry {
  readonly paths: KubeconfigPaths;
  readonly request: KubeconfigRequest;
  readonly target: Target;
}

/** Writes the kubeconfig. What goes wrong now does not cost the login: the session is stored. */
async function pointTo({ credential }: LoggedIn, entry: Entry, { lock }: System): Promise<Outcome> {
  try {
    return await updateKubeconfig(entry.paths, entry.request, lock);
  } catch (error) {
    if (!isOstiaryError(error)) throw error;
    const [cause, remedy] = explain(error);
    const flags = flagsForNewLogin(entry.target);
    const without = flags.length === 0 ? '' : `, without ${flags.join(' and ')},`;
    const until = new Date(credential.notAfter).toLocaleTimeString();
    throw problem({
      code: error.code,
      cause: `You are logged in, but the kubeconfig was not changed. ${cause}`,
      remedy: `${remedy} The same command${without} needs no new login until ${until}.`,
      error,
    });
  }
}

function kubeconfigRequest(id: string, flags: LoginFlags): KubeconfigRequest {
  const { user, context, cluster, server, clusterCa } = flags;
  if (server !== undefined) assertServer(server);
  const caData = clusterCa === undefined ? undefined : Buffer.from(readCertificates(clusterCa)).toString('base64');
  if (caData !== undefined && server === undefined) {
    throw problem({
      code: 'config/invalid',
      cause: '--cluster-ca is for a cluster entry that is made.',
      remedy: 'Add --server URL.',
    });
  }
  return { sessionId: id, user, context, cluster, server, caData };
}

function assertServer(server: string): void {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))) return;
  throw problem({
    code: 'config/invalid',
    cause: `"${server}" is not the https address of an API server.`,
    remedy: 'For example: --server https://api.example.com:6443',
  });
}

interface Plan {
  readonly plan: Outcome | undefined;
  readonly kept: LoggedIn | undefined;
  readonly provider: Provider;
}

function describePlan({ plan, kept, provider }: Plan, { print }: System): void {
  const { issuer } = provider.as;
  const login = kept === undefined ? `log in at ${issuer}` : `use the login of ${kept.session.user} at ${issuer}`;
  const lines = [login, ...(plan?.changes.map(({ text }) => text) ?? [])];
  if (plan === undefined || plan.changes.length === 0) lines.push('leave the kubeconfig as it is');
  // Names in a kubeconfig are as its writer wanted them.
  print(lines.map((line) => `would ${printable(line)}\n`).join(''));
}

interface LoginPlan {
  readonly target: Target;
  readonly provider: Provider;
  readonly key: SessionKey;
}

interface Surroundings {
  readonly flags: LoginFlags;
  readonly system: System;
}

async function logInNow(plan: LoginPlan, { flags, system }: Surroundings): Promise<LoggedIn> {
  const { listenAddress, callbackPath } = flags;
  const command = flags.browserCommand ?? system.env.KUBECTL_LOGIN_BROWSER;
  const browser = flags.openBrowser ? (url: string) => openBrowser(url, command, system) : undefined;
  const isRemote = Boolean(system.env.SSH_CONNECTION);
  const { options, certificateAuthority, byDevice } = plan.target;
  const choice = { listenAddress, callbackPath, isRemote, openBrowser: browser };
  const flow = chooseFlow({ byDevice: byDevice || (wantsBrowser(flags) ? false : undefined), browser: choice }, system);
  const never = new AbortController().signal;
  const ask = { ...plan, options, certificateAuthority, flow, byDevice, signal: never, onlySamePerson: false };
  const login = await logIn(ask, system);
  // A person is there again, so the next login may come up by itself.
  const path = system.store.attemptsPath(login.session.key.issuer);
  loginAttempts({ path, files: system.files, now: system.now }).reset();
  return login;
}

/** Who says how the browser is to come back, or which it is, has one. */
const wantsBrowser = ({ device, callbackPath, browserCommand }: LoginFlags): boolean =>
  device === false || callbackPath !== undefined || browserCommand !== undefined;

function reportRenewal({ session, credential }: LoggedIn, { options }: Target, { say }: System): void {
  if (session.refreshToken !== undefined) return;
  const until = new Date(credential.expiresAt).toLocaleTimeString();
  const hint = options.prompt === undefined ? ' Some issuers give one only with --prompt consent.' : '';
  say(`The issuer gave no refresh token: you will have to log in again at ${until}.${hint}`);
}

function report(
  { changes, context, isCurrent }: Outcome,
  { id, kubeconfig }: { readonly id: string } & KubeconfigFlags,
  { say }: System,
): void {
  for (const { text } of changes) say(`kubeconfig: ${text}`);
  if (changes.length === 0) say('kubeconfig: nothing to change');
  // Without it the next command would look into another file than this one wrote.
  const there = kubeconfig === undefined ? '' : ` --kubeconfig ${shellWord(kubeconfig)}`;
  if (context === undefined) {
    say(
      `Next: kubectl login --session=${id}${there} --context NAME --cluster CLUSTER, or --server URL --cluster-ca FILE`,
    );
  } else {
    say(`Next: kubectl ${isCurrent ? 'get pods' : `config use-context ${shellWord(context)}`}${there}`);
  }
}
