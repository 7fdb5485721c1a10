import { silentLogger } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { createFakeTimers } from '../../test/fake-timers.ts';
import { listen } from '../../test/listen.ts';
import { ask } from '../../test/request.ts';
import { createHealth } from './health.ts';
import { createMetrics } from './metrics.ts';
import { createTelemetry } from './telemetry.ts';

function telemetry({ broken = false } = {}) {
  const run = async (): Promise<void> => {
    if (broken) throw new Error('connect ECONNREFUSED db.internal:5432');
  };
  const health = createHealth({
    probes: [{ name: 'storage', run }],
    now: () => new Date(0),
    timers: createFakeTimers(),
    log: silentLogger,
  });
  const metrics = createMetrics({ version: '1.2.3', withProcess: 'server-only' });
  metrics.countEvent('login.succeeded', 'info');
  return { metrics, health };
}

async function askTelemetry(path: string, { broken = false, method = 'GET' } = {}) {
  await using server = await listen(() => createTelemetry(telemetry({ broken })));
  return await ask(server.origin, path, { method });
}

describe('the telemetry port', () => {
  it('has the metrics in the text format of Prometheus', async () => {
    const { status, headers, body } = await askTelemetry('/metrics');
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
    });
    expect(body).toContain('ostiary_events_total{event="login.succeeded",level="info"} 1');
    expect(body).toContain('ostiary_build_info{version="1.2.3"');
  });

  it.each([
    ['/healthz/live', false, 200],
    ['/healthz/live', true, 200], // a pod whose database is away must not be killed for it
    ['/healthz', false, 200],
    ['/healthz/ready', false, 200],
    ['/healthz/ready', true, 503],
    ['/healthz', true, 503],
    ['http://elsewhere.example/healthz', true, 503],
    ['/', false, 404],
    ['/dex/metrics', false, 404],
  ])('%s with a storage that is down: %s, answers %i', async (path, broken, status) => {
    expect((await askTelemetry(path, { broken })).status).toBe(status);
  });

  it('says in short which part fails', async () => {
    const { body } = await askTelemetry('/healthz?type=short', { broken: true });
    expect(JSON.parse(body)).toEqual({ storage: 'FAIL' });
  });

  it('only reads', async () => {
    expect((await askTelemetry('/metrics', { method: 'POST' })).status).toBe(405);
    expect(await askTelemetry('/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it.each(['//', 'http://[', '//:99999'])('outlives %s, which is no URL', async (target) => {
    await using server = await listen(() => createTelemetry(telemetry()));
    expect((await ask(server.origin, target)).status).toBe(404);
    expect((await ask(server.origin, '/healthz')).status).toBe(200);
  });

  it('answers that something is wrong here, whatever throws', async () => {
    const { metrics, health } = telemetry();
    const render = (): never => {
      throw new Error('a collector');
    };
    await using server = await listen(() => createTelemetry({ metrics: { ...metrics, render }, health }));
    expect((await ask(server.origin, '/metrics')).status).toBe(500);
    expect((await ask(server.origin, '/healthz')).status).toBe(200);
  });
});
