import { type Listener, type ListenerDeps, type ListenerOptions, openListener } from './listener.ts';

export type { ListenerOptions } from './listener.ts';

/** Several open ports that are closed together. */
export interface Listeners extends AsyncDisposable {
  readonly addresses: readonly string[];
  /** Reads certificate files again. */
  reload(): Promise<void>;
}

/**
 * Opens all, or none.
 *
 * @throws {OstiaryError} `config/invalid` like {@link openListener}.
 */
export async function openListeners(all: readonly ListenerOptions[], deps: ListenerDeps): Promise<Listeners> {
  const open: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map((listener) => listener[Symbol.asyncDispose]()));
  };
  try {
    for (const options of all) open.push(await openListener(options, deps));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: open.map(({ address }) => address),
    reload: async () => void (await Promise.all(open.map((listener) => listener.reload()))),
    [Symbol.asyncDispose]: close,
  };
}
