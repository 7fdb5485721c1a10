import { readConfig } from '@ostiary/connector-sdk/config';
import { openForm, type PlayedForm } from '@ostiary/connector-sdk/testing';
import type { KeystoneConfig } from '../src/config.ts';
import { keystone } from '../src/index.ts';
import { adminPassword, type FakeKeystone } from './fake-keystone.ts';

type Options = Readonly<Record<string, unknown>>;

const base = {
  keystoneHost: 'https://keystone.example:5000/',
  domain: 'default',
  keystoneUsername: 'admin',
  keystonePassword: adminPassword,
};

/** Somebody the played provider knows. */
export const jane = { username: 'jane', password: 'correct horse' };

/** A checked configuration for the played provider. */
export const configOf = (options: Options = {}): Promise<KeystoneConfig> =>
  readConfig(keystone.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played provider. */
export const opened = (
  provider: FakeKeystone,
  options: Options = {},
  files: Readonly<Record<string, string>> = {},
): Promise<PlayedForm> => openForm(keystone, provider, { options: { ...base, ...options }, files });
