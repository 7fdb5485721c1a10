import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { GitLabConfig } from '../src/config.ts';
import { gitlab } from '../src/index.ts';
import type { FakeGitLab } from './fake-gitlab.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { baseURL: 'https://gitlab.example/git/', clientID: 'ostiary', clientSecret };

/** A checked configuration for the played GitLab. */
export const configOf = (options: Options = {}): Promise<GitLabConfig> =>
  readConfig(gitlab.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played GitLab. */
export const opened = (idp: FakeGitLab, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(gitlab, idp, { options: { ...base, ...options } });
