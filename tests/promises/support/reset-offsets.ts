import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LogAdmin } from '@/infrastructure/kafka/transport/transport.port';
import { testKafka } from '@/testing/test-kafka';
import { kafkaCommand } from '../../support/foreign-reader';

/** By `kafka-consumer-groups` on Kafka, as an operator does it; the embedded log has no tool of another make. */
export async function resetToEarliest(
  engine: 'embedded' | 'kafka',
  admin: LogAdmin,
  group: string,
  topic: string,
): Promise<void> {
  if (engine === 'embedded') {
    const positions = await admin.committed(group, [topic]);
    await admin.resetCommitted(
      group,
      positions.map((position) => ({ ...position, offset: 0n })),
    );
    return;
  }
  const brokers = testKafka()?.brokers.join(',') ?? '';
  await promisify(execFile)(kafkaCommand('kafka-consumer-groups'), [
    ...['--bootstrap-server', brokers, '--group', group, '--topic', topic],
    ...['--reset-offsets', '--to-earliest', '--execute'],
  ]);
}
