import { describe, expect, it } from 'vitest';
import { meter } from './meter.ts';

const ask = (net: ReturnType<typeof meter>) => net.fetch('https://provider.example/');
const opened = () => meter(async () => new Response(), 0);

describe('a network that counts', () => {
  it('tells what had to wait from what was asked at the same time', async () => {
    const net = opened();
    const { cost } = await net.cost(async () => {
      await ask(net);
      await Promise.all([ask(net), ask(net), ask(net)]);
      await ask(net);
    });
    expect(cost).toMatchObject({ requests: 5, rounds: 3 });
  });

  it('begins anew with each work', async () => {
    const net = opened();
    await net.cost(() => ask(net));
    expect((await net.cost(async () => 'nothing')).cost).toMatchObject({ requests: 0, rounds: 0 });
  });
});
