import * as client from '@platformatic/kafka';
import type { API } from '@platformatic/kafka';
import { type FetchApi, fetchMessages } from '../fetch/fetch-message';
import { KafkaRefusedError } from '../kafka.errors';

/** What we say on the wire, with the newest version of each message that has the arguments we give. */
export interface Apis {
  readonly Metadata: typeof client.metadataV12.api;
  readonly Produce: typeof client.produceV11.api;
  readonly InitProducerId: typeof client.initProducerIdV5.api;
  readonly Fetch: FetchApi;
  readonly ListOffsets: typeof client.listOffsetsV9.api;
  readonly OffsetCommit: typeof client.offsetCommitV9.api;
  readonly OffsetFetch: typeof client.offsetFetchV9.api;
  readonly JoinGroup: typeof client.joinGroupV9.api;
  readonly SyncGroup: typeof client.syncGroupV5.api;
  readonly Heartbeat: typeof client.heartbeatV4.api;
  readonly LeaveGroup: typeof client.leaveGroupV5.api;
  readonly ConsumerGroupHeartbeat: typeof client.consumerGroupHeartbeatV1.api;
  readonly ConsumerGroupDescribe: typeof client.consumerGroupDescribeV0.api;
}

/** Oldest version of each whose arguments and answer are those above. */
const OLDEST: Record<keyof Apis, number> = {
  Metadata: 10,
  Produce: 9,
  InitProducerId: 3,
  Fetch: 13,
  ListOffsets: 6,
  OffsetCommit: 8,
  OffsetFetch: 8,
  JoinGroup: 9,
  SyncGroup: 5,
  Heartbeat: 4,
  LeaveGroup: 5,
  ConsumerGroupHeartbeat: 1,
  ConsumerGroupDescribe: 0,
};

export interface OfferedApi {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export type ApiName = keyof Apis;

const known = { ...client, ...fetchMessages } as unknown as Record<
  string,
  { readonly api?: API<unknown[], unknown> } | undefined
>;

/** The message in the newest version that the broker offers and the client knows. */
export function chooseApi<Name extends ApiName>(name: Name, offered: readonly OfferedApi[]): Apis[Name] {
  const range = offered.find((api) => api.name === name);
  if (range) {
    const stem = name.charAt(0).toLowerCase() + name.slice(1);
    for (let version = range.maxVersion; version >= Math.max(range.minVersion, OLDEST[name]); version -= 1) {
      const api = known[`${stem}V${version}`]?.api;
      if (api) return api as unknown as Apis[Name];
    }
  }
  throw new KafkaRefusedError(
    `The brokers are too old: they do not offer ${name} from version ${OLDEST[name]}.`,
  );
}
