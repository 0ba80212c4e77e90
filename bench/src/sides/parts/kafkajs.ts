import { type Consumer, Kafka, logLevel } from 'kafkajs';
import type { SideParams } from './side-params.ts';

/** KafkaJS with its defaults, reading the topic from its beginning. */
export async function subscribed({ parts, group, topic }: SideParams): Promise<Consumer> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...parts.brokers], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  return consumer;
}
