import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { Metrics } from '@/infrastructure/observability/metrics';
import { type HealthReport, reportHealth } from './kafka-health';

const DEADLINE_MS = 5_000;
const never = () => new Promise<never>(() => undefined);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('answers within one deadline while neither log nor database does', async () => {
  const runtime = {
    ready: true,
    consumes: true,
    settings: { topics: [{ topic: 'orders' }] },
    groupConsumers: [{ group: 'g', fatal: undefined, parked: 0, subscribed: () => ['orders'] }],
    transport: { admin: { topicNames: never } },
    stateful: { database: { schema: 'order', ping: never } },
  } as unknown as KafkaRuntime;
  let report: HealthReport | undefined;
  void reportHealth([runtime], new Metrics()).then((answer) => (report = answer));
  await vi.advanceTimersByTimeAsync(DEADLINE_MS);
  expect(report).toMatchObject({
    status: 'unhealthy',
    checks: [
      { name: 'log', ok: false, detail: 'no answer within 5000 ms' },
      { name: 'consumer g', ok: true },
      { name: 'handlers', ok: true },
      { name: 'database order', ok: false, detail: 'no answer within 5000 ms' },
    ],
  });
});

it('names the breakers that are open, and degrades nothing while none is', async () => {
  const metrics = new Metrics();
  metrics.circuitOpen.set({ name: 'payment-provider' }, 1);
  metrics.circuitOpen.set({ name: 'mail-server' }, 0);
  const { checks } = await reportHealth([], metrics);
  expect(checks).toContainEqual({ name: 'breakers', ok: false, detail: 'open: payment-provider' });
  metrics.circuitOpen.set({ name: 'payment-provider' }, 0);
  expect((await reportHealth([], metrics)).checks).toEqual([{ name: 'handlers', ok: true }]);
});
