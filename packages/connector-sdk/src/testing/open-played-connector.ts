import type { Fetch } from '@ostiary/primitives';
import { readConfig } from '../config/index.ts';
import type { Connector } from '../connector.ts';
import type { ConnectorDefinition, OpenHttp } from '../define.ts';
import { testContext } from './context.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { httpOver } from './http-over.ts';
import { type RecordingLogger, recordingLogger } from './recording-logger.ts';

/** A configuration, as it would stand in a file, and what the files hold that it names. */
export interface PlayedSetUp {
  readonly options: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  /** The network in front of the provider, for tests of how it is opened. Default: with its usual limits and errors. */
  readonly http?: OpenHttp;
}

/** A connector over a provider that is played, with what a test looks at. */
export interface PlayedConnector {
  readonly connector: Connector;
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
}

/** Opens a connector over a provider that is played. The configuration is checked by its schema. */
export async function openPlayedConnector<C>(
  definition: ConnectorDefinition<C>,
  provider: { readonly fetch: Fetch },
  { options, files = {}, http = httpOver(provider.fetch) }: PlayedSetUp,
): Promise<PlayedConnector> {
  const config = await readConfig(definition.config, options, { path: 'config' });
  const clock = fakeClock();
  const log = recordingLogger();
  const readFile = async (path: string): Promise<string> => {
    const text = files[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  };
  return { connector: definition.open(config, testContext({ http, now: clock.now, log, readFile })), clock, log };
}
