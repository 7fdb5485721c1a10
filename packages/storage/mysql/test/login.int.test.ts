import { mysqlStorage } from '@ostiary/storage-mysql';
import { describe, expect, it } from 'vitest';
import { capability, startLoginScript } from './login-script.ts';
import { configOf, deps } from './support.ts';

describe('a server that asks for a password without TLS', () => {
  it.each([
    ['caching_sha2_password', 'wants the password of this user over TLS only. Set ssl.mode to true'],
    ['sha256_password', 'wants the password of this user over TLS only. Set ssl.mode to true'],
    ['mysql_clear_password', 'wants the password in clear, which it does not get'],
    ['client_ed25519', 'wants a way to log in that is not known here'],
  ])('by %s gets nothing made of it', async (plugin, words) => {
    await using server = await startLoginScript(plugin);
    const login = { user: 'jane', password: 'pa55', database: 'dex', ssl: { mode: 'false' } };
    const config = await configOf({ host: '127.0.0.1', port: server.port, ...login });
    await expect(mysqlStorage.open(config, deps)).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(words),
    });
    // Who wants to log in, with the answer to another plugin, and not a word after the question.
    expect(server.received.map((data) => data.includes('jane'))).toEqual([true]);
    const offered = server.received[0]?.readUInt32LE(0) ?? 0;
    expect(offered & (capability.localFiles | capability.multiStatements)).toBe(0);
  });
});
