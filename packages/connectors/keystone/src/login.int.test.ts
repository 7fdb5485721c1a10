/** A real Keystone. What it may say otherwise is in login.test.ts. */
import { openHttp } from '@ostiary/connector-sdk/http';
import { openForm, type PlayedForm } from '@ostiary/connector-sdk/testing';
import { type KeystoneServer, requireKeystone, startKeystone } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keystone } from './index.ts';

const password = 'correct horse';

describe.skipIf(requireKeystone() !== undefined)('keystone', () => {
  const stack = new AsyncDisposableStack();
  let server: KeystoneServer;
  let people = 0;

  beforeAll(async () => {
    server = stack.use(await startKeystone());
  }, 120_000);
  afterAll(() => stack.disposeAsync());

  const opened = (more: Readonly<Record<string, unknown>> = {}): Promise<PlayedForm> => {
    const account = { keystoneUsername: server.adminName, keystonePassword: server.adminPassword };
    const options = { keystoneHost: server.url, ...account, keystoneScope: 'system', ...more };
    return openForm(keystone, { fetch: stack.use(openHttp({}))() }, { options });
  };

  /** Somebody of their own for each test. */
  async function somebody(groups: readonly string[] = [], fields: Readonly<Record<string, unknown>> = {}) {
    people += 1;
    const username = `jane${people}`;
    const email = `${username}@example.com`;
    const id = await server.create('user', { name: username, password, email, domain_id: 'default', ...fields });
    for (const name of groups) {
      const group = await server.create('group', {
        name: `${name}${people}`,
        domain_id: fields.domain_id ?? 'default',
      });
      await server.ask(`PUT /groups/${group}/users/${id}`);
    }
    return { id, entry: { username, password }, groups: groups.map((name) => `${name}${people}`), email };
  }

  it('answers id, name, address and groups', async () => {
    const jane = await somebody(['ops', 'süd & nord'], { description: 'on call' });
    const { login } = await opened();
    expect(await login(jane.entry)).toEqual({
      userId: jane.id,
      username: jane.entry.username,
      email: { address: jane.email, verified: false },
      groups: expect.arrayContaining(jane.groups),
      claims: expect.objectContaining({ domain_id: 'default', description: 'on call' }),
    });
  });

  it.each([`${password}x`, ''])('refuses the password "%s"', async (wrong) => {
    const { entry } = await somebody();
    expect(await (await opened()).check({ ...entry, password: wrong })).toBe('rejected');
  });

  it('refuses somebody of another domain, and lets them in where that is configured, by name or id', async () => {
    const domain = await server.create('domain', { name: 'Engineering' });
    const { entry, groups } = await somebody(['dev'], { domain_id: domain });
    expect(await (await opened()).check(entry)).toBe('rejected');
    expect(await (await opened({ domain: 'Engineering' })).login(entry)).toMatchObject({ groups });
    expect(await (await opened({ domain })).login(entry)).toMatchObject({ groups });
  });

  describe('refresh', () => {
    it('sees a new name, address and groups', async () => {
      const jane = await somebody(['ops']);
      const { login, refresh } = await opened();
      const before = await login(jane.entry);
      const group = await server.create('group', { name: `more${people}`, domain_id: 'default' });
      await server.ask(`PUT /groups/${group}/users/${jane.id}`);
      const changed = { name: `doe${people}`, email: 'doe@example.com' };
      await server.ask(`PATCH /users/${jane.id}`, { user: changed });
      expect(await refresh(before)).toEqual({
        userId: jane.id,
        username: changed.name,
        email: { address: changed.email, verified: false },
        groups: expect.arrayContaining([...jane.groups, `more${people}`]),
        claims: expect.objectContaining({ domain_id: 'default' }),
      });
    });

    it.each(['disabled', 'gone'])('ends with an account that is %s', async (how) => {
      const { id, entry } = await somebody();
      const { login, refresh, check } = await opened();
      const before = await login(entry);
      if (how === 'gone') await server.ask(`DELETE /users/${id}`);
      else await server.ask(`PATCH /users/${id}`, { user: { enabled: false } });
      expect(await refresh(before)).toBe('rejected');
      expect(await check(entry)).toBe('rejected');
    });
  });

  describe('the account of this service', () => {
    const service = async (grant: (id: string) => string | undefined, fields = {}) => {
      const { id, entry } = await somebody([], fields);
      const path = grant(id);
      if (path !== undefined) await server.ask(`PUT ${path}`);
      return { keystoneUsername: entry.username, keystonePassword: password };
    };
    const idOf = async (kind: 'role' | 'project', name: string): Promise<string> => {
      const found = (await server.ask(`GET /${kind}s?name=${name}`)) as Record<string, readonly { id: string }[]>;
      return found[`${kind}s`]?.[0]?.id ?? '';
    };

    /** Where the role is, and what else the account needs for it. */
    interface Role {
      readonly path: (id: string) => string;
      readonly fields?: Readonly<Record<string, unknown>>;
    }
    const roles: Readonly<Record<string, () => Promise<Role>>> = {
      async system() {
        const reader = await idOf('role', 'reader');
        return { path: (id) => `/system/users/${id}/roles/${reader}` };
      },
      async domain() {
        const reader = await idOf('role', 'reader');
        return { path: (id) => `/domains/default/users/${id}/roles/${reader}` };
      },
      async project() {
        const [admin, project] = [await idOf('role', 'admin'), await idOf('project', 'admin')];
        const fields = { default_project_id: project };
        return { path: (id) => `/projects/${project}/users/${id}/roles/${admin}`, fields };
      },
    };

    it.each(Object.entries(roles))('may have its role on the %s', async (keystoneScope, role) => {
      const { path, fields } = await role();
      const { login, refresh } = await opened({ ...(await service(path, fields)), keystoneScope });
      const { id, entry } = await somebody();
      const before = await login(entry);
      expect(await refresh(before)).toMatchObject({ userId: id });
      await server.ask(`DELETE /users/${id}`);
      expect(await refresh(before)).toBe('rejected');
    });

    it('without a role logs nobody out, and the log says what to do', async () => {
      const { login, refresh } = await opened({ ...(await service(() => undefined)), keystoneScope: 'project' });
      const before = await login((await somebody()).entry);
      await expect(refresh(before)).rejects.toMatchObject({
        code: 'upstream/protocol',
        detail: { status: 403, remedy: expect.stringContaining('keystoneScope') },
      });
    });

    it('without a role in the scope that it asks for logs nobody out', async () => {
      const { login, refresh } = await opened(await service(() => undefined));
      const before = await login((await somebody()).entry);
      await expect(refresh(before)).rejects.toMatchObject({
        code: 'upstream/protocol',
        detail: { remedy: expect.stringContaining('keystoneScope says: system') },
      });
    });
  });
});
