import { beforeAll, describe, expect, it } from 'vitest';
import { buildCustomResources, requireCustomResources, startCustomResources } from './index.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe.skipIf(requireCustomResources() !== undefined)('custom resources', () => {
  // Go compiles the libraries of the API server the first time.
  beforeAll(async () => void (await buildCustomResources()), 15 * 60_000);

  it('are kept by an etcd that outlives the API server', async () => {
    await using server = await startCustomResources();
    const names = { kind: 'Thing', plural: 'things' };
    const schema = { openAPIV3Schema: { type: 'object' } };
    const versions = [{ name: 'v1', served: true, storage: true, schema }];
    const spec = { group: 'example.com', scope: 'Namespaced', names, versions };
    const metadata = { name: 'things.example.com' };
    const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec };
    expect(await server.ask(path, { method: 'POST', body })).toMatchObject({ status: 201 });
    await server.kill();
    await server.restart();
    expect(await server.ask(`${path}/things.example.com`)).toMatchObject({ status: 200, json: { metadata } });
  });
});
