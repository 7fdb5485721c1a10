import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { GoogleConfig } from '../src/config.ts';
import { google } from '../src/index.ts';
import { type FakeGoogle, keyFile } from './fake-google.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { clientID: 'ostiary', clientSecret };

/** Options with which groups are read. */
export const withDirectory = { serviceAccountFilePath: '/key.json', domainToAdminEmail: { '*': 'admin@example.com' } };

/** A checked configuration for the played Google. */
export const configOf = (options: Options = {}): Promise<GoogleConfig> =>
  readConfig(google.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played Google. */
export const opened = (
  idp: FakeGoogle,
  options: Options = {},
  files: Readonly<Record<string, string>> = { '/key.json': keyFile },
): Promise<OpenedPlay> => openPlayed(google, idp, { options: { ...base, ...options }, files });
