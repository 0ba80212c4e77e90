import type { ConnectionPool } from '@platformatic/kafka';
import { LogUnavailableError, OffsetOutOfRangeError, UnknownTopicError } from '../transport.errors';
import type { FetchedBatch, LogRecord, ReadRequest } from '../transport.port';
import { BackOff } from './cluster/back-off';
import type { Cluster } from './cluster/cluster';
import { decode } from './fetch/decode';
import type { FetchedPartition } from './fetch/fetch-message';
import { fetchFrom } from './fetch/fetch-request';
import { logRange } from './fetch/log-range';
import { sizeOf } from './producer/append-call';
import { codedError, isPassing, ProtocolCode } from './protocol-errors';

const READ_WITHIN_MS = 10_000;
const LEAST_FETCH_BYTES = 64 * 1024;

/** Reads one partition outside any group, as far as the request lets it. */
export async function readPartition(
  cluster: Cluster,
  pool: ConnectionPool,
  { from, limit, maxBytes }: ReadRequest,
): Promise<FetchedBatch> {
  const { topic, partition } = from;
  const partitionsCount = (await cluster.topic(topic)).partitions.length;
  if (!(partition >= 0 && partition < partitionsCount)) {
    throw new UnknownTopicError(
      `Topic '${topic}' has ${partitionsCount} partitions, none of number ${partition}.`,
    );
  }
  const records: LogRecord[] = [];
  let bytes = 0;
  let nextOffset = from.offset;
  let endOffset = from.offset;
  for (;;) {
    const at = { topic, partition, offset: nextOffset };
    const answer = await fetchOne(cluster, pool, at, Math.max(LEAST_FETCH_BYTES, maxBytes - bytes));
    endOffset = answer.highWatermark;
    const fetched = decode(topic, answer, nextOffset);
    for (const record of fetched.records) {
      bytes += sizeOf(record);
      if (records.length === limit || (records.length > 0 && bytes > maxBytes)) {
        return { topic, partition, records, nextOffset: record.offset, endOffset };
      }
      records.push(record);
    }
    const stuck = fetched.nextOffset === nextOffset;
    nextOffset = fetched.nextOffset;
    if (stuck || nextOffset >= endOffset || records.length === limit) {
      return {
        topic,
        partition,
        records,
        nextOffset,
        endOffset: endOffset > nextOffset ? endOffset : nextOffset,
      };
    }
  }
}

async function fetchOne(
  cluster: Cluster,
  pool: ConnectionPool,
  at: { readonly topic: string; readonly partition: number; readonly offset: bigint },
  maxBytes: number,
): Promise<FetchedPartition> {
  const { topic, partition, offset } = at;
  const deadline = performance.now() + READ_WITHIN_MS;
  const backOff = new BackOff();
  const limits = { maxWaitMs: 0, maxBytes };
  const position = { ...at, maxBytes };
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const leader = (await cluster.topic(topic)).partitions[partition]?.leader ?? -1;
      const answer = (await fetchFrom(cluster, pool, leader, [position], limits)).get(position);
      const code = answer?.errorCode;
      if (answer && code === ProtocolCode.NONE) return answer;
      if (code === ProtocolCode.OFFSET_OUT_OF_RANGE) {
        const { logStart, logEnd } = await logRange(cluster, at);
        throw new OffsetOutOfRangeError(
          `Offset ${offset} of ${topic}:${partition} is outside the log, which holds ${logStart} to ${logEnd}.`,
        );
      }
      cause = Object.assign(new Error(`protocol error ${code}`), { apiCode: code });
      if (code !== undefined && !isPassing(code)) break;
    } catch (error) {
      if (error instanceof OffsetOutOfRangeError || error instanceof UnknownTopicError) throw error;
      cause = error;
      if (!codedError(error, '').retryable) break;
    }
    await new Promise((resolve) => setTimeout(resolve, backOff.next()));
    await cluster.refresh([topic]);
  }
  if (cause === undefined)
    throw new LogUnavailableError(`Partition ${partition} of '${topic}' has no leader.`);
  throw codedError(cause, `Reading partition ${partition} of '${topic}'`);
}
