import { describe, expect, it } from 'vitest';
import { startPostgres } from './postgres.ts';
import { requireTool } from './requirements.ts';

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('postgres', () => {
  it('answers with the password, and keeps what it committed through a crash', async () => {
    await using postgres = await startPostgres();
    expect(await postgres.query('select 1')).toBe('1\n');
    await postgres.query('create table codes (id text primary key)');
    await postgres.query("insert into codes values ('used')");
    await postgres.kill();
    await postgres.restart();
    expect(await postgres.query('select id from codes')).toBe('used\n');
  });

  it('says what is wrong with a query', async () => {
    await using postgres = await startPostgres();
    await expect(postgres.query('select nothing')).rejects.toThrow(/column "nothing" does not exist/);
  });
});
