import { type ConnectionPool, NumericMap, ProduceAcks, type produceV11 } from '@platformatic/kafka';
import { LogUnavailableError, RecordTooLargeError } from '../../transport.errors';
import type { Cluster } from '../cluster/cluster';
import type { ProducerSettings } from '../kafka-transport.options';
import { isPassing, ProtocolCode, responseOf } from '../protocol-errors';
import { type Batch, messagesOf } from './batch';

export type PartitionOutcome =
  | { readonly baseOffset: bigint }
  | { readonly error: Error; readonly certainlyNotStored: boolean };

/** The broker refused a batch, and repeating it would not help. */
export class PartitionRefused extends Error {
  readonly apiCode: number;

  constructor(apiCode: number, message: string) {
    super(message, { cause: new ProtocolFault(apiCode, message) });
    this.apiCode = apiCode;
  }
}

class ProtocolFault extends Error {
  constructor(
    readonly apiCode: number,
    message: string,
  ) {
    super(message);
  }
}

type ProduceResponse = produceV11.ProduceResponse;

const TOO_LARGE = new Set<number>([ProtocolCode.MESSAGE_TOO_LARGE, ProtocolCode.RECORD_LIST_TOO_LARGE]);
const MAYBE_STORED = new Set<number>([
  ProtocolCode.REQUEST_TIMED_OUT,
  ProtocolCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ProtocolCode.NETWORK_EXCEPTION,
  ProtocolCode.KAFKA_STORAGE_ERROR,
]);
const IDENTITY_LOST = new Set<number>([
  ProtocolCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ProtocolCode.UNKNOWN_PRODUCER_ID,
  ProtocolCode.INVALID_PRODUCER_EPOCH,
]);
const ACKNOWLEDGE_WITHIN_MS = 5_000;

export const isTooLarge = (error: Error): boolean =>
  error instanceof PartitionRefused && TOO_LARGE.has(error.apiCode);

/** The broker does not know our producer id any more; a new one is needed. */
export const isIdentityLost = (error: Error): boolean =>
  error instanceof PartitionRefused && IDENTITY_LOST.has(error.apiCode);

export function tooLarge({ topic, bytes }: Batch, cause: Error): RecordTooLargeError {
  return new RecordTooLargeError(`A record of ${bytes} bytes is larger than topic '${topic}' accepts.`, {
    cause,
  });
}

/** One produce request with a batch of each partition. Never rejects: each batch has an outcome of its own. */
export async function produce(
  cluster: Cluster,
  pool: ConnectionPool,
  leader: number,
  batches: readonly Batch[],
  settings: ProducerSettings,
): Promise<PartitionOutcome[]> {
  const broker = cluster.broker(leader);
  if (!broker) return batches.map(() => notSent(new LogUnavailableError('The partition has no leader.')));
  let connection: Awaited<ReturnType<ConnectionPool['get']>>;
  try {
    connection = await pool.get(broker);
  } catch (error) {
    return batches.map(() => notSent(error as Error));
  }
  const [first] = batches as [Batch];
  const now = BigInt(Date.now());
  const sequences = new NumericMap();
  for (const { topic, partition, firstSequence } of batches)
    sequences.set(`${topic}:${partition}`, firstSequence);
  let response: ProduceResponse | undefined;
  let failure: Error | undefined;
  try {
    response = (await cluster.api('Produce').async(
      connection,
      ProduceAcks.ALL,
      ACKNOWLEDGE_WITHIN_MS,
      batches.flatMap((batch) => messagesOf(batch, now)),
      {
        compression: settings.compression,
        ...first.identity,
        ...(settings.idempotent && { sequences }),
      },
    )) as ProduceResponse;
  } catch (error) {
    failure = error as Error;
    response = responseOf<ProduceResponse>(error);
  }
  return batches.map((batch) => outcomeOf(batch, response, failure));
}

const notSent = (error: Error): PartitionOutcome => ({ error, certainlyNotStored: true });

function outcomeOf(
  { topic, partition }: Batch,
  response: ProduceResponse | undefined,
  failure: Error | undefined,
): PartitionOutcome {
  const answer = response?.responses
    .find(({ name }) => name === topic)
    ?.partitionResponses.find(({ index }) => index === partition);
  if (!answer) {
    return {
      error: failure ?? new LogUnavailableError('The broker left a partition out of its answer.'),
      certainlyNotStored: false,
    };
  }
  const { errorCode, baseOffset, errorMessage } = answer;
  if (errorCode === ProtocolCode.NONE) return { baseOffset };
  const message = errorMessage ?? `protocol error ${errorCode}`;
  const certainlyNotStored =
    !MAYBE_STORED.has(errorCode) && errorCode !== ProtocolCode.DUPLICATE_SEQUENCE_NUMBER;
  if (isPassing(errorCode)) return { error: new ProtocolFault(errorCode, message), certainlyNotStored };
  return { error: new PartitionRefused(errorCode, message), certainlyNotStored };
}
