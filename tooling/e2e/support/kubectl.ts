/** A person, a browser, kubectl and a cluster. */
import {
  buildKubernetes,
  type CertificateAuthority,
  type ChromiumBrowser,
  issuerEntry,
  type Kubectl,
  type KubernetesServer,
  type PageOptions,
  startChromium,
  startKubernetes,
} from '@ostiary/tooling-servers';
import type { Page } from 'playwright-core';
import type { Issuer } from './issuer.ts';
import type { Terminal } from './plugin.ts';

export interface LoginScene {
  readonly issuer: Issuer;
  readonly cluster: KubernetesServer;
  readonly chromium: ChromiumBrowser;
  readonly terminal: Terminal;
}

/** A cluster that trusts the issuer, and a browser that trusts its certificate. They end with `stack`. */
export async function openScene(
  stack: AsyncDisposableStack,
  { issuer, authority }: { readonly issuer: Issuer; readonly authority: CertificateAuthority },
): Promise<Omit<LoginScene, 'terminal'>> {
  await buildKubernetes();
  const entry = issuerEntry({ url: issuer.url, audiences: ['kubectl'], ca: authority.ca });
  const cluster = stack.use(await startKubernetes({ jwt: [entry], tokenCacheSeconds: 0 }));
  await cluster.untilInitialized();
  return { issuer, cluster, chromium: stack.use(await startChromium({ trust: [authority.ca] })) };
}

/** `kubectl login` at a terminal, with the browser in the hands of `signIn`. The context is called `test`. */
export async function loginByBrowser(
  { issuer, cluster, chromium, terminal }: LoginScene,
  signIn: (page: Page) => Promise<void>,
  options?: PageOptions,
): Promise<void> {
  const { address, running } = await terminal.login([
    issuer.url,
    ...['--context', 'test', '--cluster', 'test', '--server', cluster.url, '--cluster-ca', cluster.caFile],
  ]);
  const page = await chromium.open(options);
  await page.goto(address);
  await signIn(page);
  const { code } = await running.exited;
  if (code !== 0) throw new Error(`kubectl login ended with ${code}:\n${running.log()}`);
  await page.context().close();
}

/** What kubectl runs with at a terminal. */
export function kubectlOptions(terminal: Terminal): { kubeconfig: string; env: NodeJS.ProcessEnv } {
  return { kubeconfig: terminal.kubeconfig, env: terminal.env };
}

/** Name and groups as the cluster sees them, without those it adds itself. */
export async function whoAmI(
  kubectl: Kubectl,
  terminal: Terminal,
): Promise<{ readonly name: string; readonly groups: readonly string[] }> {
  const args = ['--context', 'test', 'auth', 'whoami', '--output=json'];
  const { stdout, stderr, exitCode } = await kubectl.run(args, kubectlOptions(terminal));
  if (exitCode !== 0) throw new Error(`kubectl auth whoami ended with ${exitCode}:\n${stderr}`);
  const { userInfo } = JSON.parse(stdout).status;
  const groups = userInfo.groups.filter((group: string) => !group.startsWith('system:'));
  return { name: userInfo.username, groups };
}
