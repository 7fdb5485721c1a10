/** The real world, made once: the only place that reads the environment, the clock, randomness and the network. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@ostiary/primitives';
import { type Env, stateHome } from './fast/state-home.ts';
import { outputProblem, writeAll } from './fast/write-all.ts';
import type { RenewDeps } from './get-token/renew.ts';
import { createNodeFetch } from './http/node-fetch.ts';
import { proxyOf } from './http/proxy-agent.ts';
import { createTrustRoots } from './http/trust-roots.ts';
import type { LockDeps } from './lock/file-lock.ts';
import { systemProcesses } from './lock/process-identity.ts';
import type { LoginDeps } from './login/flow.ts';
import { printable } from './plain-text.ts';
import { problem } from './problem.ts';
import { createPrivateFiles, type PrivateFiles } from './store/private-files.ts';
import { createSessionStore } from './store/session-store.ts';

export interface System extends RenewDeps, LoginDeps {
  readonly env: Env;
  readonly platform: string;
  readonly home: string;
  readonly lock: LockDeps;
  readonly files: PrivateFiles;
  /** Writes to standard output, to the end. Throws when that cannot be; a reader who is gone is no error. */
  readonly print: (text: string) => void;
  readonly isStdinTty: boolean;
  readonly isStderrTty: boolean;
  /** The process that started us, and whether it is still there. */
  readonly parentPid: number;
  readonly isParentAlive: () => boolean;
}

/** For one request of the issuer, from connecting to the last byte. */
const REQUEST_TIMEOUT_MS = 10_000;
const LARGEST_ANSWER_BYTES = 1_048_576;

/** @throws {OstiaryError} `config/invalid` when there is no place for our files. */
export function createSystem(): System {
  const home = stateHome(process.env, process.platform);
  if (home === undefined) throw noHome(process.env);
  const newNonce = (): string => randomBytes(12).toString('hex');
  const files = createPrivateFiles({ uid: process.getuid?.(), newNonce });
  const parentPid = process.ppid;
  return {
    env: process.env,
    platform: process.platform,
    home: homedir(),
    files,
    store: createSessionStore(home, files),
    lock: { processes: systemProcesses(), newNonce, now: systemClock, sleep: (ms) => sleep(ms) },
    now: systemClock,
    sleep: (ms) => sleep(ms),
    random: (length) => randomBytes(length),
    jitter: Math.random,
    fetchFor: (certificateAuthority) =>
      createNodeFetch({
        roots: createTrustRoots(certificateAuthority),
        proxyFor: proxyOf(process.env),
        timeoutMs: REQUEST_TIMEOUT_MS,
        maxBytes: LARGEST_ANSWER_BYTES,
      }),
    timeout: (ms) => AbortSignal.timeout(ms),
    say: (line) => void writeAll(2, `${printable(line)}\n`),
    print,
    isStdinTty: process.stdin.isTTY,
    isStderrTty: process.stderr.isTTY,
    parentPid,
    isParentAlive: () => process.ppid === parentPid && isRunning(parentPid),
  };
}

function noHome({ KUBECTL_LOGIN_HOME: own, HOME: home }: Env): Error {
  const [name, path] = own ? ['KUBECTL_LOGIN_HOME', own] : ['HOME', home];
  return problem({
    code: 'config/invalid',
    cause: path
      ? `${name} is "${path}", which is another folder wherever kubectl runs.`
      : 'There is no home folder in the environment.',
    remedy: 'Set HOME, or KUBECTL_LOGIN_HOME to a folder of your own, by its absolute path.',
  });
}

function print(text: string): void {
  const cause = outputProblem(writeAll(1, text));
  if (cause === undefined) return;
  throw problem({ code: 'config/invalid', cause, remedy: 'Free some disk space, or write it elsewhere.' });
}

/** On Windows the parent's number stays when it is gone. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
