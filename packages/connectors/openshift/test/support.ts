import { readConfig } from '@ostiary/connector-sdk/config';
import { type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { OpenShiftConfig } from '../src/config.ts';
import { openshift } from '../src/index.ts';
import type { FakeOpenShift } from './fake-openshift.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { issuer: 'https://api.cluster.example:6443/', clientID: 'ostiary', clientSecret };

/** A checked configuration for the played cluster. */
export const configOf = (options: Options = {}): Promise<OpenShiftConfig> =>
  readConfig(openshift.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played cluster. */
export const opened = (idp: FakeOpenShift, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(openshift, idp, { options: { ...base, ...options } });
