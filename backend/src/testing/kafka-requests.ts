import { WireReader } from './wire-reader';

export const Api = {
  Produce: 0,
  Fetch: 1,
  Metadata: 3,
  FindCoordinator: 10,
  JoinGroup: 11,
  SaslHandshake: 17,
  ApiVersions: 18,
  InitProducerId: 22,
  SaslAuthenticate: 36,
  DescribeCluster: 60,
} as const;

export interface WireRequest {
  readonly api: number;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** What follows the client's name. */
  readonly body: Buffer;
}

/** A request's frame without its length. */
export function requestOf(frame: Buffer): WireRequest {
  const reader = new WireReader(frame);
  const api = reader.int16();
  const version = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.string();
  return { api, version, correlationId, clientId, body: frame.subarray(10 + (clientId ?? '').length) };
}

/** JoinGroup from version 6 on. */
export function joinOf({ body }: WireRequest): { group: string | null; sessionTimeoutMs: number } {
  const reader = flexible(body);
  return { group: reader.compactString(), sessionTimeoutMs: reader.int32() };
}

/** Fetch from version 12 on. */
export function fetchOf({ body, version }: WireRequest): { maxWaitMs: number } {
  const reader = flexible(body);
  if (version < 15) reader.int32();
  return { maxWaitMs: reader.int32() };
}

export interface WireBatch {
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly codec: number;
  /** -1 where the producer is not idempotent. */
  readonly producerId: bigint;
  /** Has no meaning without a producer id. */
  readonly firstSequence: number;
}

/** Produce from version 9 on. */
export function producedOf({ body, version }: WireRequest): { acks: number; batches: WireBatch[] } {
  const reader = flexible(body);
  reader.compactString();
  const acks = reader.int16();
  reader.int32();
  const topics = reader.compactArray(() => {
    if (version < 13) reader.compactString();
    else reader.take(16);
    const batches = reader.compactArray(() => {
      reader.int32();
      const records = reader.compactBytes() ?? Buffer.alloc(0);
      reader.taggedFields();
      return batchOf(records);
    });
    reader.taggedFields();
    return batches;
  });
  return { acks, batches: topics.flat() };
}

function flexible(body: Buffer): WireReader {
  const reader = new WireReader(body);
  reader.taggedFields();
  return reader;
}

// https://kafka.apache.org/documentation/#recordbatch
const ATTRIBUTES_AT = 21;
const PRODUCER_ID_AT = 43;
const SEQUENCE_AT = 53;

function batchOf(records: Buffer): WireBatch {
  return {
    codec: records.readInt16BE(ATTRIBUTES_AT) & 0b111,
    producerId: records.readBigInt64BE(PRODUCER_ID_AT),
    firstSequence: records.readInt32BE(SEQUENCE_AT),
  };
}
