import { randomBytes } from 'node:crypto';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type {
  EventTransport,
  LogRecord,
  OutgoingRecord,
} from '@/infrastructure/kafka/transport/transport.port';

const PER_PARTITION = 10;
const READ_WITHIN_MS = 30_000;
const SESSION_TIMEOUT_MS = 10_000;

/** A record written to the cluster did not come back as it was. */
class RoundTripError extends CodedError {
  readonly code = 'ROUND_TRIP_FAILED';
  readonly retryable = false;
}

/** Appends to every partition and reads it again as a member of a group that leaves nothing behind. */
export async function roundTrip(transport: EventTransport, topic: string, partitions: number) {
  const outgoing = Array.from({ length: partitions * PER_PARTITION }, (_, index): OutgoingRecord => {
    const key = Buffer.from(String(index));
    return { topic, key, value: randomBytes(100), headers: [['n', key]], partition: index % partitions };
  });
  const start = performance.now();
  await transport.append(outgoing);
  const appended = performance.now();
  const received = await readAll(transport, topic, outgoing.length);
  for (const { key, value } of outgoing) {
    const found = received.find((record) => record.key?.equals(key as Buffer));
    if (!found?.value?.equals(value as Buffer)) {
      throw new RoundTripError(`Record ${key} of '${topic}' did not come back as it was sent.`);
    }
  }
  const done = performance.now();
  return {
    records: outgoing.length,
    appendMs: Math.round(appended - start),
    readMs: Math.round(done - appended),
  };
}

async function readAll(transport: EventTransport, topic: string, expected: number): Promise<LogRecord[]> {
  const received: LogRecord[] = [];
  let settle: { resolve(): void; reject(error: Error): void } | undefined;
  const complete = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const timer = setTimeout(() => {
    const missing = `${received.length} of ${expected} records came back within ${READ_WITHIN_MS} ms.`;
    settle?.reject(new RoundTripError(missing));
  }, READ_WITHIN_MS);
  const member = await transport.join(
    {
      group: 'kafka-setup-test',
      topics: [topic],
      clientId: 'kafka-setup',
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      maxWaitMs: 1_000,
      maxBytesPerPartition: 1_048_576,
    },
    {
      assigned: async (list) =>
        list.map(({ topic: name, partition }) => ({ topic: name, partition, offset: 0n })),
      lost: () => {},
      records: (batch) => {
        received.push(...batch.records);
        if (received.length >= expected) settle?.resolve();
      },
      outOfRange: async ({ logStart }) => logStart,
      failed: (error, fatal) => {
        if (fatal) settle?.reject(error);
      },
    },
  );
  try {
    await complete;
    return received;
  } finally {
    clearTimeout(timer);
    await member.close();
  }
}
