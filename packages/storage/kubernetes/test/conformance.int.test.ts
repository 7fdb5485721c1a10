import { kubernetesStorage } from '@ostiary/storage-kubernetes';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { type CustomResourcesServer, requireCustomResources, startCustomResources } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { BUILD_MS, configOf, deps, type Kubeconfigs, kubeconfigs } from './support.ts';

describe.skipIf(requireCustomResources() !== undefined)('genuine custom resources', () => {
  const stack = new AsyncDisposableStack();
  let server: CustomResourcesServer;
  let files: Kubeconfigs;
  beforeAll(async () => {
    server = stack.use(await startCustomResources());
    files = stack.use(await kubeconfigs(server));
  }, BUILD_MS);
  afterAll(() => stack.disposeAsync());

  storageConformance(async ({ now, namespace }) =>
    kubernetesStorage.open(await configOf(await files.optionsOf(namespace)), { ...deps, now }),
  );
});
