import { describe, expect, it } from 'vitest';
import { startMariadb } from './mariadb.ts';
import { requireTool } from './requirements.ts';

describe.skipIf(requireTool('mariadbd', 'mariadb-install-db', 'mariadb') !== undefined)('mariadb', () => {
  it('answers, keeps what it committed through a crash, and says what is wrong with a query', async () => {
    await using mariadb = await startMariadb();
    await mariadb.query("CREATE TABLE ostiary.codes (id TEXT); INSERT INTO ostiary.codes VALUES ('used')");
    await mariadb.kill();
    await mariadb.restart();
    expect(await mariadb.query('SELECT id FROM ostiary.codes')).toBe('used\n');
    await expect(mariadb.query('SELECT nothing')).rejects.toThrow(/Unknown column 'nothing'/);
  });
});
