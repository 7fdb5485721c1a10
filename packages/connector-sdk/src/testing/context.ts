import type { ConnectorContext, FirstUse } from '../define.ts';
import { fakeClock } from './fake-clock.ts';
import { recordingLogger } from './recording-logger.ts';
import { seededRandom } from './seeded-random.ts';

/** A context whose network and files answer nothing, for a test to override what it needs. */
export function testContext(overrides: Partial<ConnectorContext> = {}): ConnectorContext {
  return {
    id: 'test',
    name: 'Test',
    http: () => async (input) => {
      throw new Error(`testContext: unexpected request to ${new Request(input).url}`);
    },
    readFile: async (path) => {
      throw new Error(`testContext: no such file: ${path}`);
    },
    firstUse: firstUseInMemory(),
    now: fakeClock().now,
    random: seededRandom(),
    log: recordingLogger(),
    ...overrides,
  };
}

/** Remembers for the length of a test. */
function firstUseInMemory(): FirstUse {
  const used = new Set<string>();
  return async (id) => {
    if (used.has(id)) return false;
    used.add(id);
    return true;
  };
}
