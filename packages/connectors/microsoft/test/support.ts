import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { MicrosoftConfig } from '../src/config.ts';
import { microsoft } from '../src/index.ts';
import type { FakeMicrosoft } from './fake-microsoft.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
export const tenant = '99999999-8888-7777-6666-555555555555';
const base = { clientID: 'ostiary', clientSecret };

/** A checked configuration for the played provider. */
export const configOf = (options: Options = {}): Promise<MicrosoftConfig> =>
  readConfig(microsoft.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played provider. */
export const opened = (
  idp: FakeMicrosoft,
  options: Options = {},
  files: Readonly<Record<string, string>> = {},
): Promise<OpenedPlay> => openPlayed(microsoft, idp, { options: { ...base, ...options }, files });
