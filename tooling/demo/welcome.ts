import { dirname, join } from 'node:path';

/** What a person is told once everything runs. */
export interface WelcomeOptions {
  readonly issuer: string;
  readonly app: string;
  /** Folder that has the kubectl plugin. */
  readonly plugInFolder: string;
}

/** The text of the welcome: what to open, who to be, what to type. */
export function welcome({ issuer, app, plugInFolder }: WelcomeOptions): string {
  // Not the person's own: a demo has no business in it.
  const kubeconfig = join(dirname(plugInFolder), 'kubeconfig');
  return `
Ostiary is running.

  Open        ${app}
  Log in as   admin@example.com    password: password

  Issuer      ${issuer}
  Discovery   ${issuer}/.well-known/openid-configuration
  Metrics     http://127.0.0.1:5558/metrics

On the command line, in another terminal:

  export PATH="${plugInFolder}:$PATH"
  export KUBECONFIG="${kubeconfig}"
  kubectl login ${issuer}
  kubectl login status

Ctrl-C ends everything. The data are in .ostiary/ and may be deleted.
`;
}
