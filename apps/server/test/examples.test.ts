import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from './load-config.ts';
import { selfSigned } from './self-signed.ts';

const folder = join(import.meta.dirname, '..', 'examples');

const { certificate, key } = await selfSigned();

/** What the examples expect to find on the machine of an operator. */
const world = {
  env: {
    OIDC_CLIENT_SECRET: 'of-the-provider',
    REDIS_PASSWORD: 'of-redis',
    CONSOLE_CLIENT_SECRET: 'of-the-console',
  },
  files: {
    '/etc/ostiary/clients/grafana': 'of-grafana\n',
    '/etc/ostiary/tls/tls.crt': certificate,
    '/etc/ostiary/tls/tls.key': key,
  },
};

describe('examples', () => {
  it.each(readdirSync(folder))('%s is right, and without a warning', async (name) => {
    const { warnings } = await load(readFileSync(join(folder, name), 'utf8'), world);
    expect(warnings).toEqual([]);
  });

  it('those of docs/rules.md are right, and without a warning', async () => {
    const rules = readFileSync(join(import.meta.dirname, '../../../docs/rules.md'), 'utf8');
    const [clients, claims, connectors, ...more] = [...rules.matchAll(/```yaml\n(.*?)```/gsu)].map(([, text]) => text);
    expect(more).toEqual([]);
    const file = `issuer: https://login.example.com
storage: { type: memory }
web: { http: "127.0.0.1:5556" }
${connectors}${clients}${claims}`;
    const env = { GRAFANA_SECRET: 's', IDP_SECRET: 's' };
    const { config, warnings } = await load(file, { env });
    expect(warnings).toEqual([]);
    expect(config.clients[0]?.userValidationRules).toHaveLength(2);
    expect(Object.keys(config.clients[0]?.tokenClaims ?? {})).toEqual(['role', 'department']);
    expect(config.connectors[0]).toHaveProperty('mapIdentity');
  });

  it('lets the console of redis.yaml ask for tokens of the cluster, and not the other way round', async () => {
    const { config } = await load(readFileSync(join(folder, 'redis.yaml'), 'utf8'), world);
    const peers = config.clients.map(({ id, trustedPeers }) => [id, trustedPeers]);
    expect(peers).toEqual([
      ['kubernetes', ['console']],
      ['console', []],
    ]);
  });
});
