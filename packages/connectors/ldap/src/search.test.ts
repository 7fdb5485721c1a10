import { Client, NoSuchObjectError, type SearchResult } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { search } from './search.ts';

/** A client without a server behind it, which has as many pages as one asks for. */
class EndlessClient extends Client {
  pages = 0;
  constructor() {
    super({ url: 'ldap://nowhere.example' });
  }
  override async *searchPaginated(): AsyncGenerator<SearchResult> {
    for (;;) {
      this.pages += 1;
      yield { searchEntries: Array.from({ length: 500 }, (_none, n) => ({ dn: `cn=${n}` })), searchReferences: [] };
    }
  }
}

/** A client whose server has no tree. */
class EmptyClient extends Client {
  constructor() {
    super({ url: 'ldap://nowhere.example' });
  }
  override async search(): Promise<SearchResult> {
    throw new NoSuchObjectError();
  }
  override searchPaginated(): AsyncGenerator<SearchResult> {
    throw new NoSuchObjectError();
  }
}

const over = (client: Client, isUsable = true) => ({
  ...{ client, server: { url: 'ldap://nowhere.example', host: 'nowhere.example' } },
  ...{ isUsable: () => isUsable, close: async () => undefined, timeLimit: 10 },
});

describe('a search', () => {
  it('fails when it has no end; it is never cut', async () => {
    const client = new EndlessClient();
    await expect(search(over(client), 'ou=g', {})).rejects.toMatchObject({
      code: 'upstream/protocol',
      detail: { base: 'ou=g', mostEntries: 100_000 },
    });
    expect(client.pages).toBe(201);
  });

  it.each([{ sizeLimit: 2 }, {}])(
    'with %j asks nothing on a connection on which nobody is bound any more',
    async (options) => {
      const client = new EndlessClient();
      await expect(search(over(client, false), 'ou=g', options)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(client.pages).toBe(0);
    },
  );

  it.each([{ sizeLimit: 2 }, {}])(
    'with %j answers nothing where there is no tree only if that may be',
    async (options) => {
      const connection = over(new EmptyClient());
      await expect(search(connection, 'ou=g', options)).rejects.toBeInstanceOf(NoSuchObjectError);
      expect(await search(connection, 'ou=g', { ...options, mayLackBase: true })).toEqual({
        searchEntries: [],
        searchReferences: [],
      });
    },
  );
});
