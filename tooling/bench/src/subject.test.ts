import { describe, expect, it } from 'vitest';
import { interleave, meets, report } from './subject.ts';

const settings = { rounds: 2, warmUps: 1, seconds: 0, connections: 1, logins: 1, visits: 1, starts: 1 };
const head = { title: 'T', about: 'A.', unit: 'u' };

describe('interleave', () => {
  it('takes turns in each round, and does not count the rounds that warm up', async () => {
    const order: string[] = [];
    const subject = (name: string, first: number) => ({
      name,
      measure: async () => {
        order.push(name);
        return first + order.filter((one) => one === name).length;
      },
    });
    const samples = await interleave([subject('a', 0), subject('b', 10)], settings);
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(samples).toEqual(
      new Map([
        ['a', [2, 3]],
        ['b', [12, 13]],
      ]),
    );
  });
});

describe('report', () => {
  const samples = new Map([
    ['ours', [30, 10]],
    ['raw', [100, 50]],
  ]);

  it('takes ratios round by round, of a share of the divisor where one is given', () => {
    const { comparisons } = report(head, samples, [{ of: 'ours', by: 'raw', share: 2, target: { atLeast: 0.5 } }]);
    expect(comparisons).toEqual([
      { what: 'ours / (raw / 2)', ratio: { median: 0.5, min: 0.4, max: 0.6 }, target: { atLeast: 0.5 } },
    ]);
  });

  it('refuses a name that was not measured', () => {
    expect(() => report(head, samples, [{ of: 'ours', by: 'theirs' }])).toThrow('theirs was not measured');
  });
});

describe('meets', () => {
  const ratio = { median: 1.3, min: 1, max: 2 };
  it('looks at the median, in the direction of the target', () => {
    expect(meets({ what: '', ratio, target: { atLeast: 1.3 } })).toBe(true);
    expect(meets({ what: '', ratio, target: { atLeast: 1.31 } })).toBe(false);
    expect(meets({ what: '', ratio, target: { atMost: 1.3 } })).toBe(true);
    expect(meets({ what: '', ratio, target: { atMost: 1.25 } })).toBe(false);
    expect(meets({ what: '', ratio })).toBe(true);
  });
});
