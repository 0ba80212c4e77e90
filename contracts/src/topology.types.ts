export type ServiceName =
  | 'gateway'
  | 'auth'
  | 'product'
  | 'cart'
  | 'order'
  | 'payment'
  | 'inventory'
  | 'shipping'
  | 'promotion'
  | 'review'
  | 'notification'
  | 'analytics'
  | 'audit';

/** p99 from the publish call to the stored outcome of the last handler: 100 ms, 500 ms, 1 s. */
export type LatencyClass = 'critical' | 'standard' | 'analytics';

/** What a topic is created with. */
export interface TopicSetting<Topic extends string = string> {
  readonly topic: Topic;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Kafka's topic configuration by its own names; all values are text. */
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicDefinition<Topic extends string = string> extends TopicSetting<Topic> {
  readonly retentionMs: number;
  /** What the records' key is, in words. */
  readonly keyedBy: string;
  readonly latencyClass: LatencyClass;
  readonly purpose: string;
}

export interface EventTopology {
  readonly topic: string;
  /** Field of the data that becomes the record's key. */
  readonly keyField: string;
  readonly producers: readonly ServiceName[];
  readonly consumers: readonly ServiceName[];
  /** `declared`: its schema is settled, no service publishes it yet. */
  readonly status: 'active' | 'declared';
}
