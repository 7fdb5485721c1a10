import { describe, expect, it, vi } from 'vitest';
import { Calls } from './calls.ts';

describe('closing', () => {
  it('waits for the calls under way, also for those that fail, and lets no more in', async () => {
    const calls = new Calls();
    const [slow, failing] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const end = vi.fn(async () => undefined);
    const [call, failed] = [calls.run(() => slow.promise), calls.run(() => failing.promise)];
    const closed = calls.close(end);
    await expect(calls.run(async () => 1)).rejects.toMatchObject({ code: 'storage/unavailable' });
    failing.reject(new Error('x'));
    await expect(failed).rejects.toThrow('x');
    expect(end).not.toHaveBeenCalled();
    slow.resolve('done');
    await closed;
    expect(await call).toBe('done');
    await calls.close(end);
    expect(end).toHaveBeenCalledTimes(1);
  });
});
