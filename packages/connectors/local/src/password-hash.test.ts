import { describe, expect, it } from 'vitest';
import { checkPasswordHash, decoyOf } from './password-hash.ts';

const digest = 'PjyRVeMRTRj5zDR8UWC42Ox5LEaMVpHaUmIgUPCYh9dlaF2AiiJDK';
const bcrypt = `$2y$10$${digest}`;
const argon = (parameters: string): string =>
  `$argon2id$v=19$${parameters}$ToHcnVSAMhfTuTsr0797vQ$qOpBVyRrCY2bYN2daRnNHVYtPCNJM1N8qeCHExfhfNk`;

describe('checkPasswordHash', () => {
  it.each([
    ['$2y$ of htpasswd', bcrypt, 'bcrypt'],
    ['$2a$', `$2a$16$${digest}`, 'bcrypt'],
    ['$2b$', `$2b$12$${digest}`, 'bcrypt'],
    ['base64 of bcrypt', Buffer.from(bcrypt).toString('base64'), 'bcrypt'],
    ['argon2id', argon('m=19456,t=2,p=1'), 'argon2id'],
    ['base64 of argon2id', Buffer.from(argon('m=65536,t=3,p=4')).toString('base64'), 'argon2id'],
  ])('takes %s', (_kind, text, algorithm) => {
    const checked = checkPasswordHash(text);
    expect('hash' in checked && checked.hash.algorithm).toBe(algorithm);
    expect('hash' in checked && checked.hash.encoded.reveal().startsWith('$')).toBe(true);
  });

  it.each([
    ['cost 9', `$2a$09$${digest}`, 'cost 9'],
    ['cost 17', `$2a$17$${digest}`, 'cost 17'],
    ['an old form', `$2x$10$${digest}`, 'is not a bcrypt'],
    ['a cut hash', bcrypt.slice(0, -1), 'is not a bcrypt'],
    ['a plain password', 'hunter2', 'is not a bcrypt'],
    ['nothing', '', 'is not a bcrypt'],
    ['argon2i', argon('m=19456,t=2,p=1').replace('argon2id', 'argon2i'), 'is not an argon2id'],
    ['little memory', argon('m=64,t=2,p=1'), 'memory'],
    ['too much memory', argon('m=4194304,t=2,p=1'), 'memory'],
    ['too many passes', argon('m=19456,t=1000000,p=1'), 'passes'],
    ['too many lanes', argon('m=19456,t=2,p=255'), 'lanes'],
  ])('refuses %s', (_kind, text, problem) => {
    expect(checkPasswordHash(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it('does not repeat the hash in the problem', () => {
    expect(JSON.stringify(checkPasswordHash('hunter2'))).not.toContain('hunter2');
  });
});

describe('decoyOf', () => {
  it.each([`$2y$12$${digest}`, argon('m=65536,t=3,p=4')])('keeps algorithm and cost of %s, not its salt', (text) => {
    const checked = checkPasswordHash(text);
    if (!('hash' in checked)) throw new Error('the hash is sound');
    const decoy = decoyOf(checked.hash).encoded.reveal();
    expect(checkPasswordHash(decoy)).toHaveProperty('hash');
    expect(decoy.split('$').slice(2, -1)[0]).toBe(text.split('$')[2]);
    expect(decoy).toHaveLength(text.length);
    expect(decoy).not.toContain(text.split('$').at(-1));
  });
});
