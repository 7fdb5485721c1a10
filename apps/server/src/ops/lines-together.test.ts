import { describe, expect, it } from 'vitest';
import { linesTogether } from './lines-together.ts';

function gather() {
  const written: string[] = [];
  const turns: (() => void)[] = [];
  const lines = linesTogether(
    (text) => written.push(text),
    (action) => turns.push(action),
  );
  const endTurn = (): void => {
    for (const action of turns.splice(0)) action();
  };
  return { lines, written, turns, endTurn };
}

describe('linesTogether', () => {
  it('writes the lines of a turn at once, in order', () => {
    const { lines, written, turns, endTurn } = gather();
    for (const line of ['a\n', 'b\n', 'c\n']) lines.write(line);
    expect(written).toEqual([]);
    expect(turns).toHaveLength(1);
    endTurn();
    expect(written).toEqual(['a\nb\nc\n']);
  });

  it('writes a line of the next turn at the end of that', () => {
    const { lines, written, endTurn } = gather();
    lines.write('a\n');
    endTurn();
    lines.write('b\n');
    endTurn();
    expect(written).toEqual(['a\n', 'b\n']);
  });

  it('loses nothing when it is flushed, and writes nothing twice', () => {
    const { lines, written, endTurn } = gather();
    lines.write('last words\n');
    lines.flush();
    expect(written).toEqual(['last words\n']);
    lines.flush();
    endTurn();
    expect(written).toEqual(['last words\n']);
  });

  it('keeps a line that is written while others are', () => {
    const written: string[] = [];
    const turns: (() => void)[] = [];
    const lines = linesTogether(
      (text) => {
        written.push(text);
        if (written.length === 1) lines.write('the output failed\n');
      },
      (action) => turns.push(action),
    );
    lines.write('a\n');
    turns.shift()?.();
    turns.shift()?.();
    expect(written).toEqual(['a\n', 'the output failed\n']);
  });
});
