/** The composition root: the only place with the real environment, clock, randomness, files and signals. */
import { randomFillSync, randomUUID } from 'node:crypto';
import { write, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodeText } from '@ostiary/connector-sdk/config';
import { systemClock } from '@ostiary/primitives';
import { runCli } from './cli.ts';
import { linesTogether } from './ops/lines-together.ts';
import { LogOutput } from './ops/log-output.ts';
import { hearNodeWarnings } from './ops/node-warnings.ts';
import { ownThreads } from './ops/pool-priority.ts';
import { pooledRandom } from './ops/pooled-random.ts';
import { listenToSignals } from './ops/signals.ts';
import { systemTimers } from './ops/timers.ts';

// Lines are written without waiting for the reader of the log; whatever ends the process, the last ones are not lost.
const sleepSync = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const output = new LogOutput({ fd: 2, calls: { write, writeSync, sleepSync }, timers: systemTimers });
const lines = linesTogether((text) => output.write(text), setImmediate);
process.on('exit', () => {
  lines.flush();
  output.flush();
});

// Who reads may go before the end (`ostiary check config.yaml | grep -q OK`). The exit code says the rest.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: (name) => process.env[name],
  proxies: process.env,
  readFile: async (path) => decodeText(await readFile(path)),
  now: systemClock,
  elapsed: () => performance.now(),
  random: pooledRandom((bytes) => randomFillSync(bytes)),
  newRequestId: () => randomUUID(),
  jitter: Math.random,
  timers: systemTimers,
  signals: listenToSignals(process),
  nodeWarnings: hearNodeWarnings(process),
  threads: ownThreads,
  exit: (code) => process.exit(code),
  print: (text) => void process.stdout.write(text),
  printError: lines.write,
});
