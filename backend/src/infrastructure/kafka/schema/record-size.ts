import { topics } from '@shop/contracts';
import type { OutgoingRecord, TopicSettings } from '@/infrastructure/kafka/transport/transport.port';

/** Kafka's own default. */
const DEFAULT_MAX_BYTES = 1_048_588;
/** Batch header (61), and lengths, attributes and varints of one record at their longest. */
const FRAME_BYTES = 61 + 32;
const HEADER_FRAME_BYTES = 10;

/** Upper bound of what the record takes in a batch of its own before compression. */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  let bytes = FRAME_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, content] of headers) {
    bytes += Buffer.byteLength(name) + (content?.length ?? 0) + HEADER_FRAME_BYTES;
  }
  return bytes;
}

export function maxBytesByTopic(own: readonly TopicSettings[]): (topic: string) => number {
  const limits = new Map<string, number>();
  for (const { topic, config } of [...Object.values(topics), ...own]) {
    const limit = Number(config['max.message.bytes'] ?? DEFAULT_MAX_BYTES);
    if (Number.isFinite(limit)) limits.set(topic, limit);
  }
  return (topic) => limits.get(topic) ?? DEFAULT_MAX_BYTES;
}
