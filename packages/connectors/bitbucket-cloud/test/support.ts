import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { BitbucketCloudConfig } from '../src/config.ts';
import { bitbucketCloud } from '../src/index.ts';
import type { FakeBitbucket } from './fake-bitbucket.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { clientID: 'ostiary', clientSecret };

/** A checked configuration for the played Bitbucket. */
export const configOf = (options: Options = {}): Promise<BitbucketCloudConfig> =>
  readConfig(bitbucketCloud.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played Bitbucket. */
export const opened = (idp: FakeBitbucket, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(bitbucketCloud, idp, { options: { ...base, ...options } });
