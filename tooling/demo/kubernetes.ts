/**
 * `npm run demo:kubernetes`: an issuer over TLS and an API server that authenticates with the genuine Kubernetes code,
 * until Ctrl-C. Needs Go, which compiles the API server once, and kubectl to try it with.
 */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  buildKubernetes,
  type CertificateAuthority,
  createAuthority,
  findTool,
  freePort,
  issuerEntry,
  startKubernetes,
  startOstiary,
} from '@ostiary/tooling-servers';
import { plugInFolder } from './plug-in-folder.ts';
import { toldToStop } from './told-to-stop.ts';

const root = dirname(dirname(import.meta.dirname));
const folder = join(root, '.ostiary', 'kubernetes');
/** Of the demo user; everybody may know it. */
const PASSWORD_HASH = '$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe';

async function main(): Promise<number> {
  const missing = ['go', 'openssl', 'kubectl'].filter((tool) => findTool(tool) === undefined);
  if (missing.length > 0) {
    console.error(`ostiary demo: ${missing.join(' and ')} must be installed for this. npm start needs neither.`);
    return 1;
  }
  const told = toldToStop();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  console.log('Building the API server (minutes the first time, then nothing) ...');
  await buildKubernetes();
  await using authority = await createAuthority();
  const url = `https://127.0.0.1:${await freePort()}/dex`;
  await using _issuer = await startIssuer(url, authority);
  await using cluster = await startKubernetes({
    jwt: [issuerEntry({ url, audiences: ['kubectl'], ca: authority.ca, usernameClaim: 'email' })],
  });
  await cluster.untilInitialized();
  const kubeconfig = join(folder, 'kubeconfig');
  await rm(kubeconfig, { force: true });
  console.log(welcome({ url, issuerCa: authority.caFile, cluster, kubeconfig, plugIns: await plugInFolder(root) }));
  await told;
  return 0;
}

async function startIssuer(url: string, authority: CertificateAuthority): ReturnType<typeof startOstiary> {
  const { certificateFile, keyFile } = await authority.issue();
  return startOstiary({
    command: process.execPath,
    args: (file) => [join(root, 'apps/server/dist/main.js'), 'serve', file],
    config: `
issuer: ${url}
storage: { type: memory }
web: { https: "${new URL(url).host}", tlsCert: ${certificateFile}, tlsKey: ${keyFile} }
enablePasswordDB: true
staticPasswords:
  - email: admin@example.com
    hash: ${PASSWORD_HASH}
    username: admin
    userID: 08a8684b-db88-4b73-90a9-3cd1661f5466
    groups: [admins, developers]
staticClients:
  - { id: kubectl, name: kubectl, public: true }
`,
    readyUrl: `${url}/healthz`,
    ca: authority.ca,
  });
}

interface Welcome {
  readonly url: string;
  readonly issuerCa: string;
  readonly cluster: { readonly url: string; readonly caFile: string };
  readonly kubeconfig: string;
  readonly plugIns: string;
}

function welcome({ url, issuerCa, cluster, kubeconfig, plugIns }: Welcome): string {
  return `
A cluster that trusts Ostiary is running at ${cluster.url}

In another terminal:

  export PATH="${plugIns}:$PATH" KUBECONFIG="${kubeconfig}"
  kubectl login ${url} --certificate-authority ${issuerCa} \\
    --context demo --cluster demo --server ${cluster.url} --cluster-ca ${cluster.caFile}

The browser warns of the demo's own certificate authority; go on. Log in as admin@example.com with the password
"password". Then:

  kubectl --context demo auth whoami
  kubectl --context demo get --raw /version

Ctrl-C ends everything.
`;
}

process.exitCode = await main();
