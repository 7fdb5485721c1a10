import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixture.ts';
import { standIns } from './stand-ins.ts';

const path = 'packages/connectors/a/test/fake-a.ts';
const compilerOptions = { strict: true, target: 'es2024', lib: ['es2024'], types: [], noEmit: true };
const types = `
interface Group { readonly id: string; readonly owner?: { readonly name: string } }
declare function answer(body: unknown): void;
declare function both(one: Group, other: Group): void;
`;

/** The lines on which something was found; the code begins on line 1. */
const linesOf = async (code: string, file = path): Promise<readonly number[]> => {
  const files = { 'tooling/tsconfig/library.json': { compilerOptions }, [file]: `${code}${types}` };
  const found = await standIns.run(fixture(files));
  return found.map((finding) => Number(finding.path.slice(file.length + 1)));
};

describe('stand-ins', () => {
  it.each([
    ['annotated', `const group: Group = { id: '1', owner: { name: 'jane' } };\nanswer(group);`],
    ['in a list', `const groups: Group[] = [{ id: '1' }, { id: '2', owner: { name: 'jane' } }];\nanswer(groups);`],
    ['from a callback that says so', `answer(['1'].map((id): Group => ({ id, owner: { name: id } })));`],
    ['checked where it stands', `answer({ id: '1' } satisfies Group);`],
    [
      'in the branches of a condition',
      `const one = (x: boolean): Group => (x ? { id: '1' } : { id: '2' });\nanswer(one);`,
    ],
    ['in both arguments of a call', `both({ id: '1' }, { id: '2' });`],
    ['a table', `const levels: Record<string, number> = { ops: 30 };\nanswer(levels);`],
    ['what the stand-in is put together from', `answer(Object.assign([], { world: 1 }));`],
  ])('accept an object whose type refuses further fields: %s', async (_which, code) => {
    expect(await linesOf(code)).toEqual([]);
  });

  it.each([
    ['without a type', `answer({ id: '1' });`, [1]],
    ['of a type for anything', `const one: Record<string, unknown> = {\n  id: '1' };\nanswer(one);`, [1]],
    ['from a callback', `const groups: Group[] = ['1'].map((id) => ({ id }));\nanswer(groups);`, [1]],
    [
      'inside one that a callback made',
      `const all: Group[] = ['1'].map((id) => ({\nid, owner: { name: id } }));`,
      [1, 2],
    ],
    ['that is spread', `const one: Group = {\nid: '1',\n...(1 > 2 ? { owner: { name: 'x' } } : {}) };`, [3, 3]],
    ['beside one that is checked', `const one: Group = { id: '1' };\nanswer([one, { id: '2' }]);`, [2]],
  ])('find an object %s', async (_which, code, lines) => {
    expect(await linesOf(code)).toEqual(lines);
  });

  it('are looked at by themselves: another error in the file refuses nothing', async () => {
    expect(await linesOf(`const wrong: number = '1';\nanswer({ id: wrong });`)).toEqual([2]);
  });

  it('are the files of connectors that play a provider', async () => {
    for (const file of ['packages/connectors/a/test/support.ts', 'packages/a/test/fake-a.ts']) {
      expect(await linesOf(`answer({ id: '1' });`, file)).toEqual([]);
    }
  });
});
