import { describe, expect, it } from 'vitest';
import { kubernetesConfig } from './config.ts';

const kubeConfigFile = '/etc/ostiary/kubeconfig';

describe('configuration', () => {
  it('is what the Helm chart of Dex writes', () => {
    expect(kubernetesConfig.parse({ inCluster: true })).toEqual({ inCluster: true, crdHandling: 'ensure' });
  });

  it('is all that Dex has, and a namespace', () => {
    const options = { inCluster: false, kubeConfigFile, crdHandling: 'check', namespace: 'auth' };
    expect(kubernetesConfig.parse(options)).toEqual(options);
  });

  it.each([
    [{}, 'inCluster'],
    [{ inCluster: false }, 'inCluster'],
    [{ inCluster: true, kubeConfigFile }, 'kubeConfigFile'],
    [{ kubeConfigFile: '' }, 'kubeConfigFile'],
    [{ inCluster: 'yes', kubeConfigFile }, 'inCluster'],
    [{ inCluster: true, crdHandling: 'create' }, 'crdHandling'],
    [{ inCluster: true, namespace: '../kube-system' }, 'namespace'],
    [{ inCluster: true, namespace: 'Auth' }, 'namespace'],
    [{ inCluster: true, namespace: 'a'.repeat(64) }, 'namespace'],
    [{ inCluster: true, kubeconfig: 'x' }, ''],
  ])('refuses %j', (options, path) => {
    const { error } = kubernetesConfig.safeParse(options);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
