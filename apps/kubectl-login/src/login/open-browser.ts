/** Opens the person's browser. A failure is never fatal: the address stands in the terminal. */
import { spawn } from 'node:child_process';
import type { Env } from '../fast/state-home.ts';

/** A launcher that still runs after this time has done its work, or is the browser itself. Milliseconds. */
const LAUNCH_MS = 3_000;

export interface BrowserDeps {
  readonly env: Env;
  readonly platform: string;
}

/**
 * Opens the address with a given command, else with the system's way.
 *
 * @param command a program and its arguments, separated by spaces; the address is added. No shell is involved.
 * @returns what went wrong, or undefined.
 */
export async function openBrowser(
  url: string,
  command: string | undefined,
  deps: BrowserDeps,
): Promise<string | undefined> {
  try {
    if (command) return await launch(command.split(/\s+/).filter(Boolean), url);
    if (isHeadless(deps)) return 'this session has no display';
    const { default: open } = await import('open');
    const child = await open(url);
    return await ended(child);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Linux without a display: `open` would start nothing, or a text browser in the middle of the terminal. */
function isHeadless({ env, platform }: BrowserDeps): boolean {
  const hasBrowser = env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME || env.BROWSER;
  return platform === 'linux' && !hasBrowser;
}

function launch([program = '', ...args]: readonly string[], url: string): Promise<string | undefined> {
  // Launchers chatter. Standard output belongs to the one answer for kubectl, so theirs goes to standard error.
  return ended(spawn(program, [...args, url], { stdio: ['ignore', 2, 2], detached: true }));
}

interface Child {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number | null) => void): unknown;
  unref(): void;
}

async function ended(child: Child): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  child.on('error', (error) => resolve(error.message));
  child.on('exit', (code) =>
    resolve(code === 0 || code === null ? undefined : `the launcher ended with status ${code}`),
  );
  const timer = setTimeout(() => resolve(undefined), LAUNCH_MS);
  child.unref();
  return await promise.finally(() => clearTimeout(timer));
}
