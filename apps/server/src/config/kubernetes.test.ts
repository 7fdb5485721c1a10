import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';

/** A configuration with this storage, as a Dex has it. */
const withStorage = (config: string): string =>
  minimal().replace(/storage.*/u, `storage: {type: kubernetes, config: {${config}}}`);
const files = { '/kubeconfig': 'clusters: []' };

describe('storage.type kubernetes', () => {
  it.each([
    'inCluster: true',
    'kubeConfigFile: /kubeconfig',
    'inCluster: true, kubeConfigFile: "", crdHandling: check',
  ])('takes a block of Dex without a warning: %s', async (block) => {
    const { config, warnings } = await load(withStorage(block), { files });
    expect(warnings).toEqual([]);
    expect(config.storage).toMatchObject({ type: 'kubernetes', durable: true });
  });

  it.each([
    ['', 'inCluster: is not true, and there is no kubeConfigFile.'],
    ['inCluster: true, kubeConfigFile: /kubeconfig', 'kubeConfigFile: is set besides inCluster. Keep one.'],
    ['inCluster: true, crdHandling: create', 'crdHandling: '],
    ['kubeConfigFile: /nowhere', 'kubeConfigFile: '],
    ['inCluster: true, namespace: a/b', 'namespace: is no name of a namespace.'],
  ])('refuses {%s} with where it is and why', async (block, problem) => {
    expect(await problemsOf(withStorage(block), { files })).toEqual([
      expect.stringContaining(`storage.config.${problem}`),
    ]);
  });
});
