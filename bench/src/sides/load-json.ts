import { ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';
import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { orderCreated } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import type { SideParams } from './parts/side-params.ts';

const BATCH = 500;

/** The same workload as JSON without headers, for peers that know no schemas; gzip, idempotent, all replicas. */
export async function run({ parts, topic, workload: settings }: SideParams): Promise<Measured> {
  const workload = workloadOf(settings);
  const producer = new Producer({
    clientId: 'bench-load',
    bootstrapBrokers: [...parts.brokers],
    serializers: stringSerializers,
    idempotent: true,
    acks: ProduceAcks.ALL,
    compression: 'gzip',
  });
  const start = performance.now();
  for (let from = 0; from < workload.count; from += BATCH) {
    const length = Math.min(BATCH, workload.count - from);
    await producer.send({
      messages: Array.from({ length }, (_, position) => {
        const data = orderCreated(workload, from + position);
        return { topic, key: data.orderId, value: JSON.stringify(data) };
      }),
    });
  }
  const measured = { ms: performance.now() - start };
  await producer.close();
  return measured;
}
