import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { GiteaConfig } from '../src/config.ts';
import { gitea } from '../src/index.ts';
import type { FakeGitea } from './fake-gitea.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { baseURL: 'https://gitea.example', clientID: 'ostiary', clientSecret };

/** A checked configuration for the played Gitea. */
export const configOf = (options: Options = {}): Promise<GiteaConfig> =>
  readConfig(gitea.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played Gitea. */
export const opened = (idp: FakeGitea, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(gitea, idp, { options: { ...base, ...options } });
