import type { Farewell } from './drain.ts';
import { type Listener, type ListenerDeps, type ListenerOptions, openListener } from './listener.ts';

export type { ListenerOptions } from './listener.ts';

/** Several open ports that are closed together. */
export interface Listeners extends AsyncDisposable {
  readonly addresses: readonly string[];
  /** Reads certificate files again. */
  reload(): Promise<void>;
  /** Ends all in order, once; disposing does so with a farewell to those who are connected. */
  close(farewell: Farewell): Promise<void>;
}

/**
 * Opens all, or none.
 *
 * @throws {OstiaryError} `config/invalid` like {@link openListener}.
 */
export async function openListeners(all: readonly ListenerOptions[], deps: ListenerDeps): Promise<Listeners> {
  const open: Listener[] = [];
  const close = async (farewell: Farewell): Promise<void> => {
    await Promise.all(open.map((listener) => listener.close(farewell)));
  };
  try {
    for (const options of all) open.push(await openListener(options, deps));
  } catch (error) {
    await close('connected');
    throw error;
  }
  return {
    addresses: open.map(({ address }) => address),
    reload: async () => void (await Promise.all(open.map((listener) => listener.reload()))),
    close,
    [Symbol.asyncDispose]: () => close('connected'),
  };
}
