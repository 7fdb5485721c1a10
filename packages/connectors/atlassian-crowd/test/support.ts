import { readConfig } from '@ostiary/connector-sdk/config';
import { openForm, type PlayedForm } from '@ostiary/connector-sdk/testing';
import type { AtlassianCrowdConfig } from '../src/config.ts';
import { atlassianCrowd } from '../src/index.ts';
import type { FakeCrowd } from './fake-crowd.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'application-password-77';
const base = { baseURL: 'https://crowd.example/crowd/', clientID: 'ostiary', clientSecret };

/** Somebody the played provider knows. */
export const jane = { username: 'jane', password: 'correct horse' };

/** A checked configuration for the played provider. */
export const configOf = (options: Options = {}): Promise<AtlassianCrowdConfig> =>
  readConfig(atlassianCrowd.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played provider. */
export const opened = (
  provider: FakeCrowd,
  options: Options = {},
  files: Readonly<Record<string, string>> = {},
): Promise<PlayedForm> => openForm(atlassianCrowd, provider, { options: { ...base, ...options }, files });
