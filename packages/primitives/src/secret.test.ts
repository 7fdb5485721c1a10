import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

const secret = new Secret('hunter2');

describe('Secret', () => {
  it.each([
    ['template literal', `${secret}`],
    ['concatenation', ['a', secret].join('')],
    ['JSON', JSON.stringify({ secret, list: [secret] })],
    ['inspect', inspect({ secret }, { showHidden: true, depth: 9 })],
    ['format %s %o %O %j', format('%s %o %O %j', secret, secret, secret, secret)],
    ['spread', JSON.stringify({ ...secret })],
    ['own keys', Object.getOwnPropertyNames(secret).join()],
    ['error message', String(new Error('x', { cause: secret }).cause)],
  ])('does not print in a %s', (_where, text) => {
    expect(text).not.toContain('hunter2');
  });

  it('gives the value to who asks for it by name', () => {
    expect(secret.reveal()).toBe('hunter2');
  });
});
