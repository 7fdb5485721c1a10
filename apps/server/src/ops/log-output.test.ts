import { describe, expect, it } from 'vitest';
import { LogOutput } from './log-output.ts';

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;

const failed = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

/** A file whose writes the test answers one by one. */
function setUp() {
  const written: string[] = [];
  const answers: Done[] = [];
  const pauses: (() => void)[] = [];
  const slept: number[] = [];
  let sync = (data: Uint8Array): number => data.length;
  const output = new LogOutput({
    fd: 2,
    calls: {
      write(_fd, data, done) {
        written.push(Buffer.from(data).toString());
        answers.push(done);
      },
      writeSync(_fd, data) {
        written.push(Buffer.from(data).toString());
        return sync(data);
      },
      sleepSync: () => slept.push(1),
    },
    timers: {
      after(_ms, action) {
        pauses.push(action);
        return () => undefined;
      },
    },
  });
  return {
    output,
    written,
    slept,
    /** Answers the write under way; absent: all of it was written. */
    answer: (error: NodeJS.ErrnoException | null = null, count = Number.MAX_SAFE_INTEGER) =>
      answers.shift()?.(error, count),
    endPause: () => pauses.shift()?.(),
    setSync: (call: typeof sync) => {
      sync = call;
    },
  };
}

describe('LogOutput', () => {
  it('writes one after the other, what came meanwhile together', () => {
    const { output, written, answer } = setUp();
    for (const line of ['a\n', 'b\n', 'c\n']) output.write(line);
    expect(written).toEqual(['a\n']);
    answer();
    expect(written).toEqual(['a\n', 'b\nc\n']);
  });

  it('goes on after a write that failed, and does not lengthen a broken line', () => {
    const { output, written, answer } = setUp();
    output.write('lost\n');
    answer(failed('ENOSPC'));
    output.write('half a line\n');
    answer(null, 4);
    answer(failed('ENOSPC'));
    output.write('again\n');
    expect(written).toEqual(['lost\n', 'half a line\n', ' a line\n', '\nagain\n']);
  });

  it('tries again later when the reader is slow', () => {
    const { output, written, answer, endPause } = setUp();
    output.write('a\n');
    answer(failed('EAGAIN'));
    output.write('b\n');
    expect(written).toEqual(['a\n']);
    endPause();
    answer();
    expect(written).toEqual(['a\n', 'a\n', 'b\n']);
  });

  it('keeps a bounded amount for a reader that does not read', () => {
    const { output, written, answer } = setUp();
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count += 1) output.write(megabyte);
    answer();
    expect(written.map(({ length }) => length / megabyte.length)).toEqual([1, 16]);
  });

  it('writes the rest at the end of the process, also what waits for a slow reader', () => {
    const { output, written, answer, setSync } = setUp();
    output.write('a\n');
    answer(failed('EAGAIN'));
    output.write('b\n');
    setSync(() => 3);
    output.flush();
    expect(written).toEqual(['a\n', 'a\nb\n', '\n']);
    output.flush();
    expect(written).toHaveLength(3);
  });

  it.each([
    ['ENOSPC', 0],
    ['EPIPE', 0],
    ['EAGAIN', 10],
  ])('lets the process end when nothing can be written: %s', (code, pauses) => {
    const { output, slept, setSync } = setUp();
    output.write('a\n');
    output.write('b\n');
    setSync(() => {
      throw failed(code);
    });
    output.flush();
    expect(slept).toHaveLength(pauses);
  });
});
