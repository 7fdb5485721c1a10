import type { Identity } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import { type RecordingLogger, recordingLogger, testContext } from '@ostiary/connector-sdk/testing';
import type { AuthProxyConfig } from '../src/config.ts';
import { authproxy } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

/** A checked configuration. */
export const configOf = (options: Options = {}): Promise<AuthProxyConfig> =>
  readConfig(authproxy.config, options, { path: 'config' });

/** The connector, and a browser whose requests come with the headers of a proxy. */
export interface Proxied {
  readonly log: RecordingLogger;
  begin(): Promise<string>;
  finish(headers: Readonly<Record<string, string>>): Promise<Identity>;
}

export async function opened(options: Options = {}, files: Readonly<Record<string, string>> = {}): Promise<Proxied> {
  const log = recordingLogger();
  const readFile = async (path: string): Promise<string> => files[path] ?? '';
  const connector = authproxy.open(await configOf(options), testContext({ log, readFile }));
  if (connector.via !== 'redirect') throw new Error('another connector');
  const { login } = connector;
  const ask = { scopes: { offlineAccess: false, groups: true }, callbackUrl: 'https://i.example/callback/proxy' };
  return {
    log,
    async begin() {
      const step = await login.begin({ ...ask, state: 'state-1' });
      return step.kind === 'redirect' ? step.url : '';
    },
    finish: (headers) =>
      login.finish({
        ...ask,
        state: 'state-1',
        keep: null,
        params: new URLSearchParams(),
        headers: new Headers(headers),
      }),
  };
}
