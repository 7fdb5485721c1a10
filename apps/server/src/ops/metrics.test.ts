import { silentLogger } from '@ostiary/primitives';
import { createMemoryDriver } from '@ostiary/storage-memory';
import { describe, expect, it } from 'vitest';
import { countEvents } from './count-events.ts';
import { measuredStorage } from './measured-storage.ts';
import { createMetrics } from './metrics.ts';

const create = () => createMetrics({ version: '1.2.3', withProcess: 'server-only' });

describe('createMetrics', () => {
  it("counts requests under Dex's names and labels", async () => {
    const metrics = create();
    const request = { route: '/auth/{connector}', method: 'GET', status: 302, seconds: 0.3, bytes: 300 };
    metrics.observe(request);
    metrics.observe(request);
    await metrics.render(); // reading counts nothing
    const text = await metrics.render();
    const labels = 'code="302",method="get",handler="/auth/{connector}"';
    expect(text).toContain(`http_requests_total{${labels}} 2`);
    expect(text).toContain(`request_duration_seconds_bucket{le="0.25",${labels}} 0`);
    expect(text).toContain(`request_duration_seconds_bucket{le="0.5",${labels}} 2`);
    expect(text).toContain(`response_size_bytes_bucket{le="200",${labels}} 0`);
    expect(text).toContain(`response_size_bytes_bucket{le="500",${labels}} 2`);
    expect(text).toContain('ostiary_build_info{version="1.2.3",');
  });

  it('keeps two servers of one process apart', async () => {
    const one = create();
    const two = create();
    one.setConnectors(2, 1);
    expect(await one.render()).toContain('ostiary_connectors{state="failed"} 1');
    expect(await two.render()).not.toContain('ostiary_connectors{state="failed"} 1');
  });

  it('adds process figures when asked', async () => {
    const metrics = createMetrics({ version: '1', withProcess: 'process' });
    expect(await metrics.render()).toContain('process_cpu_seconds_total');
    expect(await create().render()).not.toContain('process_cpu_seconds_total');
  });
});

describe('countEvents', () => {
  it('counts what is worth a line, and hands it on', async () => {
    const metrics = create();
    const events: string[] = [];
    const inner = { ...silentLogger, info: (event: string) => void events.push(event), child: () => inner };
    const log = countEvents(inner, metrics);
    log.child({ requestId: 'r' }).info('token.issued');
    log.warn('refresh.reused');
    log.warn('refresh.reused');
    log.debug('noise');
    const text = await metrics.render();
    expect(events).toEqual(['token.issued']);
    expect(text).toContain('ostiary_events_total{event="token.issued",level="info"} 1');
    expect(text).toContain('ostiary_events_total{event="refresh.reused",level="warn"} 2');
    expect(text).not.toContain('noise');
  });
});

describe('measuredStorage', () => {
  it('measures every verb, and tells failures apart', async () => {
    const metrics = create();
    let ms = 0;
    const elapsed = () => {
      ms += 20;
      return ms;
    };
    const driver = createMemoryDriver({ now: () => new Date('2031-01-01') });
    const storage = measuredStorage(driver, { metrics, elapsed });
    await storage.put(['a', 'b'], 1, { ifVersion: 'absent' });
    expect((await storage.get(['a', 'b']))?.value).toBe(1);
    expect((await storage.scan({ prefix: [], limit: 1 })).keys).toEqual([['a', 'b']]);
    expect((await storage.take(['a', 'b']))?.value).toBe(1);
    await storage.sweep({ limit: 1 });
    await storage[Symbol.asyncDispose]();
    await expect(storage.get(['a', 'b'])).rejects.toMatchObject({ code: 'storage/unavailable' });
    const text = await metrics.render();
    for (const verb of ['put', 'get', 'scan', 'take', 'sweep']) {
      expect(text).toContain(`ostiary_storage_duration_seconds_bucket{le="0.025",verb="${verb}",outcome="ok"} 1`);
      expect(text).toContain(`ostiary_storage_duration_seconds_bucket{le="0.01",verb="${verb}",outcome="ok"} 0`);
    }
    expect(text).toContain('ostiary_storage_duration_seconds_count{verb="get",outcome="error"} 1');
  });
});
