/** Everything that reaches outside the process. `main.ts` makes the real ones, tests make their own. */
import type { EnvironmentLookup, ReadFile } from '@ostiary/connector-sdk/config';
import type { ProxyEnvironment } from '@ostiary/connector-sdk/http';
import type { Clock, RandomBytes } from '@ostiary/primitives';
import type { NodeWarnings } from './ops/node-warnings.ts';
import type { Threads } from './ops/pool-priority.ts';
import type { Signals } from './ops/signals.ts';
import type { Timers } from './ops/timers.ts';

export interface Effects {
  readonly env: EnvironmentLookup;
  /** `HTTPS_PROXY` and its kin. */
  readonly proxies: ProxyEnvironment;
  readonly readFile: ReadFile;
  readonly now: Clock;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number;
  readonly random: RandomBytes;
  readonly newRequestId: () => string;
  /** Between 0 and 1, for spreading work. Not for secrets. */
  readonly jitter: () => number;
  readonly timers: Timers;
  readonly signals: Signals;
  readonly nodeWarnings: NodeWarnings;
  /** The threads of this process. */
  readonly threads: Threads;
  /** Ends the process although something may be open still: a start that was broken off waits for nobody. */
  readonly exit: (code: number) => void;
  /** Answers to a command. */
  readonly print: (text: string) => void;
  /** Errors and the log. */
  readonly printError: (text: string) => void;
}
