import { dlqOf } from '@shop/contracts';
import type { FailureCause } from '@/infrastructure/kafka/delivery/failure';
import type {
  LogRecord,
  OutgoingRecord,
  RecordHeader,
} from '@/infrastructure/kafka/transport/transport.port';

/** A record that no further run can help: where it was, for whom it failed, and why. */
export interface DeadLetter {
  readonly group: string;
  /** `*` when the record failed before a handler was chosen, as bytes that do not decode. */
  readonly handler: string;
  readonly record: LogRecord;
  readonly attempts: number;
  readonly cause: FailureCause;
}

const MESSAGE_LIMIT = 2_000;

/**
 * The copy for `<topic>.dlq`: same bytes, same partition, the record's headers first, then ours and the ones that
 * Spring Kafka's tools look for (reference documentation, "Dead-letter Topic", `kafka_dlt-*`; numbers big-endian).
 */
export function toDeadLetterRecord(letter: DeadLetter): OutgoingRecord {
  const { record, cause } = letter;
  const message = cause.message.slice(0, MESSAGE_LIMIT);
  const added: RecordHeader[] = [
    ['x-dead-letter-group', Buffer.from(letter.group)],
    ['x-dead-letter-handler', Buffer.from(letter.handler)],
    ['x-dead-letter-attempts', Buffer.from(String(letter.attempts))],
    ['x-dead-letter-code', Buffer.from(cause.code)],
    ['kafka_dlt-original-topic', Buffer.from(record.topic)],
    ['kafka_dlt-original-partition', int32(record.partition)],
    ['kafka_dlt-original-offset', int64(record.offset)],
    ['kafka_dlt-original-timestamp', int64(BigInt(record.timestamp))],
    ['kafka_dlt-original-timestamp-type', Buffer.from('CreateTime')],
    ['kafka_dlt-original-consumer-group', Buffer.from(letter.group)],
    ['kafka_dlt-exception-fqcn', Buffer.from(cause.name)],
    ['kafka_dlt-exception-message', Buffer.from(message)],
  ];
  return {
    topic: dlqOf(record.topic),
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: [...record.headers, ...added],
  };
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
