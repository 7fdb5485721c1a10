import { type Build, buildPlugin } from './plugin.ts';
import { startProvider, type TestProvider } from './provider.ts';

/** The built plugin, and an issuer to log in at. */
export interface Scene extends AsyncDisposable {
  readonly build: Build;
  readonly provider: TestProvider;
}

/** Builds the one and starts the other. */
export async function openScene(): Promise<Scene> {
  const [build, provider] = await Promise.all([buildPlugin(), startProvider()]);
  return {
    build,
    provider,
    async [Symbol.asyncDispose]() {
      await provider[Symbol.asyncDispose]();
      await build[Symbol.asyncDispose]();
    },
  };
}
