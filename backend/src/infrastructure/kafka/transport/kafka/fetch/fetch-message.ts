import {
  createAPI,
  fetchV13,
  fetchV14,
  fetchV15,
  fetchV16,
  fetchV17,
  type Reader,
  ResponseError,
} from '@platformatic/kafka';

export interface FetchedPartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly abortedTransactions: readonly {
    readonly producerId: bigint;
    readonly firstOffset: bigint;
  }[];
  /** Record batches as the log holds them; the last one may be cut off. */
  readonly records: Buffer;
}

export interface FetchAnswer {
  readonly errorCode: number;
  readonly responses: readonly {
    readonly topicId: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

const NOTHING = Buffer.alloc(0);

/**
 * The Fetch message with our own reading of its answer: records stay bytes. The client makes some fifty objects of a
 * record (two for each number, two for each header) before anyone has asked for it.
 * Format: https://kafka.apache.org/protocol#The_Messages_Fetch, versions 13 to 17, which answer alike.
 */
export const fetchMessages = Object.fromEntries(
  Object.entries({ fetchV13, fetchV14, fetchV15, fetchV16, fetchV17 }).map(
    ([name, { api, createRequest }]) => [
      name,
      {
        api: createAPI<Parameters<typeof fetchV17.createRequest>, FetchAnswer>(
          api.key,
          api.version,
          createRequest,
          answerFrom,
        ),
      },
    ],
  ),
);

export type FetchApi = (typeof fetchMessages)[string]['api'];

/** Faults of single partitions stay in their `errorCode`; one of the whole request is thrown, with the answer in it. */
function answerFrom(_id: number, key: number, version: number, reader: Reader): FetchAnswer {
  reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt32();
  const responses = reader.readArray((topic) => ({
    topicId: topic.readUUID(),
    partitions: topic.readArray(partitionFrom),
  }));
  reader.readTaggedFields();
  const answer = { errorCode, responses };
  if (errorCode !== 0) throw new ResponseError(key, version, { '': [errorCode, null] }, answer);
  return answer;
}

function partitionFrom(reader: Reader): FetchedPartition {
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  const highWatermark = reader.readInt64();
  reader.skip(LAST_STABLE_AND_LOG_START);
  const abortedTransactions = reader.readArray((one) => ({
    producerId: one.readInt64(),
    firstOffset: one.readInt64(),
  }));
  reader.skip(PREFERRED_READ_REPLICA);
  // Its length plus one; 0 for none.
  const length = reader.readUnsignedVarInt() - 1;
  const records = length > 0 ? reader.buffer.slice(reader.position, reader.position + length) : NOTHING;
  reader.skip(Math.max(0, length));
  return { partitionIndex, errorCode, highWatermark, abortedTransactions, records };
}

const LAST_STABLE_AND_LOG_START = 16;
const PREFERRED_READ_REPLICA = 4;
