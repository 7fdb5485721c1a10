import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { LinkedInConfig } from '../src/config.ts';
import { linkedin } from '../src/index.ts';
import type { FakeLinkedIn } from './fake-linkedin.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { clientID: 'ostiary', clientSecret };

/** A checked configuration for the played LinkedIn. */
export const configOf = (options: Options = {}): Promise<LinkedInConfig> =>
  readConfig(linkedin.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played LinkedIn. */
export const opened = (idp: FakeLinkedIn, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(linkedin, idp, { options: { ...base, ...options } });
