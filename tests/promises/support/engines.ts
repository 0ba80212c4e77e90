import { testKafka } from '@/testing/test-kafka';

export interface EngineUnderTest {
  readonly engine: 'embedded' | 'kafka';
  /** True where the run has no such engine; the spec is skipped and counted. */
  readonly missing: boolean;
  /** How the members of a group agree on Kafka; default `classic`. */
  readonly groupProtocol?: 'consumer';
}

export const enginesUnderTest: readonly EngineUnderTest[] = [
  { engine: 'embedded', missing: false },
  { engine: 'kafka', missing: testKafka() === null },
];

/** Kafka, with groups by KIP-848: what rebalances is promised with them too. */
export const kafkaByNewerProtocol: EngineUnderTest = {
  engine: 'kafka',
  missing: testKafka() === null,
  groupProtocol: 'consumer',
};

/** A silent process loses its partitions after this long; the brokers allow no shorter one. */
export const sessionTimeoutMs = (engine: 'embedded' | 'kafka'): number =>
  engine === 'embedded' ? 1_500 : 6_000;
