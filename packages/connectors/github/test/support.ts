import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { GitHubConfig } from '../src/config.ts';
import { github } from '../src/index.ts';
import type { FakeGitHub } from './fake-github.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { clientID: 'ostiary', clientSecret };

/** A checked configuration for the played GitHub. */
export const configOf = (options: Options = {}): Promise<GitHubConfig> =>
  readConfig(github.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played GitHub. */
export const opened = (idp: FakeGitHub, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(github, idp, { options: { ...base, ...options } });
