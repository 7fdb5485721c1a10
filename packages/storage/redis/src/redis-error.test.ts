import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { refusal, toOstiaryError, withoutCommand } from './redis-error.ts';

const withCommand = (message: string): Error =>
  Object.assign(new Error(message), { command: { name: 'auth', args: ['jane', 'pa55'] } });

describe('errors', () => {
  it.each([
    ['WRONGTYPE Operation against a key', 'storage/corrupt'],
    ['LOADING Redis is loading', 'storage/unavailable'],
    ['Connection is closed.', 'storage/unavailable'],
    ['Command timed out', 'storage/unavailable'],
  ])('%j is %s', (message, code) => {
    expect(toOstiaryError(new Error(message))).toMatchObject({ code });
  });

  it('lose the command, which may hold a password or a value', () => {
    expect(withCommand('x')).toHaveProperty('command');
    expect(toOstiaryError(withCommand('OOM'))).toHaveProperty('cause.message', 'OOM');
    expect(toOstiaryError(withCommand('OOM'))).not.toHaveProperty('cause.command');
    const ofCluster = Object.assign(new Error('Failed to refresh'), { lastNodeError: withCommand('WRONGPASS') });
    expect(withoutCommand(ofCluster).lastNodeError).not.toHaveProperty('command');
  });
});

describe('refusal', () => {
  it.each([
    ['NOAUTH Authentication required.', 'password'],
    ['WRONGPASS invalid username-password pair', 'refuses'],
    ['NOPERM this user has no permissions', 'read and write'],
    ["ERR ACL failure in script: can't run this command", 'read and write'],
    ["READONLY You can't write against a read only replica.", 'replica'],
  ])('%j says what to do', (message, words) => {
    expect(refusal(new Error(message))).toContain(words);
  });

  it('looks into what a cluster and a driver say', () => {
    const node = new Error('WRONGPASS');
    expect(refusal(Object.assign(new Error('Failed to refresh'), { lastNodeError: node }))).toContain('refuses');
    expect(refusal(new OstiaryError('storage/unavailable', 'x', { cause: node }))).toContain('refuses');
    expect(refusal(new Error('Connection is closed.'))).toBeUndefined();
  });
});
