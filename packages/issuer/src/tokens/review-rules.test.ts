import { describe, expect, it } from 'vitest';
import { requireRules } from './review-rules.ts';

const token = { id: 'mark.own' };
const rule = (name: string, admits: (subject: string) => boolean) => ({ name, admits });
const refused = (detail: object) =>
  expect.objectContaining({ code: 'token/invalid', detail: { reason: 'rule', tokenId: 'mark.own', ...detail } });

describe('the rules of a cluster', () => {
  it('must all say yes', () => {
    const [long, short] = [rule('long', ({ length }) => length > 2), rule('short', ({ length }) => length < 5)];
    expect(() => requireRules(undefined, 'x', token)).not.toThrow();
    expect(() => requireRules([long, short], 'jane', token)).not.toThrow();
    expect(() => requireRules([long, short], 'j', token)).toThrow(refused({ rule: 'long' }));
    expect(() => requireRules([long, short], 'johanna', token)).toThrow(refused({ rule: 'short' }));
  });

  it('say no when they fail, and the log hears why', () => {
    const failing = rule('a', () => {
      throw new Error('No such key: team');
    });
    expect(() => requireRules([failing], 'x', token)).toThrow(refused({ rule: 'a', failure: 'No such key: team' }));
  });

  it.each([Promise.resolve(true), 'true', 1, null])('say yes by true alone: %j', (answer) => {
    const odd = rule('a', () => answer as never); // written without types
    expect(() => requireRules([odd], 'x', token)).toThrow(
      refused({ rule: 'a', failure: 'comes to something else than true or false' }),
    );
  });
});
