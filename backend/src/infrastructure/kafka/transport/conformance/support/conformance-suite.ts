import { onTestFinished } from 'vitest';
import { unique } from '@/testing/unique';
import type { EventTransport, JoinOptions, LogRecord, TopicPartition } from '../../transport.port';
import type { ConformanceHarness } from '../harness';
import { SecondProcess } from './second-process';
import { TestMember, type TestMemberOptions } from './test-member';

export interface TopicWish {
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

export type JoinWish = Pick<JoinOptions, 'group' | 'topics'> & Partial<JoinOptions>;

/** What the cases share: one open transport, and makers of everything else, which is taken away after the test. */
export class ConformanceSuite {
  harness!: ConformanceHarness;
  /** Open from the first case to the last: for set-up, and as the outside reader. */
  transport!: EventTransport;
  private readonly names: string[] = [];

  async start(start: () => Promise<ConformanceHarness>): Promise<void> {
    this.harness = await start();
    this.transport = this.harness.create();
    await this.transport.open();
  }

  /** The log may be a cluster that others use too: nothing of ours stays there. */
  async stop(): Promise<void> {
    if (this.transport as EventTransport | undefined) {
      const there = new Set(await this.transport.admin.topicNames());
      await this.transport.admin.deleteTopics(this.names.filter((topic) => there.has(topic)));
      await this.transport.close();
    }
    await this.harness?.stop();
  }

  /** A name for a topic that the case makes itself; the topic goes with the suite. */
  topicName(): string {
    const topic = unique('conformance');
    this.names.push(topic);
    return topic;
  }

  async topic({ partitions = 1, config = {} }: TopicWish = {}): Promise<string> {
    const topic = this.topicName();
    const { replicationFactor } = this.harness;
    await this.transport.admin.createTopics([{ topic, partitions, replicationFactor, config }]);
    return topic;
  }

  group(): string {
    return unique('conformance-group');
  }

  /** A transport of the test's own, as another application has one. */
  async open(): Promise<EventTransport> {
    const transport = this.harness.create();
    onTestFinished(() => transport.close());
    await transport.open();
    return transport;
  }

  async secondProcess(): Promise<SecondProcess> {
    const second = await SecondProcess.start(this.harness);
    onTestFinished(() => second.end());
    return second;
  }

  joinOptions(wish: JoinWish): JoinOptions {
    return {
      clientId: 'conformance',
      sessionTimeoutMs: this.harness.sessionTimeoutMs,
      maxWaitMs: 500,
      maxBytesPerPartition: 1_048_576,
      ...wish,
    };
  }

  async join(
    wish: JoinWish,
    options: TestMemberOptions = {},
    transport = this.transport,
  ): Promise<TestMember> {
    const member = new TestMember(options);
    member.member = await transport.join(this.joinOptions(wish), member.listener);
    onTestFinished(() => member.member.close());
    return member;
  }

  /** All records of a partition, from its start to its end, read outside any group. */
  async readAll(partition: TopicPartition, transport = this.transport): Promise<LogRecord[]> {
    const offsets = await transport.admin.offsets([partition.topic]);
    const { start = 0n, end = 0n } = offsets.find((each) => each.partition === partition.partition) ?? {};
    const records: LogRecord[] = [];
    for (let offset = start; offset < end; ) {
      const from = { topic: partition.topic, partition: partition.partition, offset };
      const batch = await transport.read({ from, limit: 1_000, maxBytes: 4_000_000 });
      if (batch.nextOffset <= offset) throw new Error(`No progress at ${offset} of ${end}.`);
      records.push(...batch.records);
      offset = batch.nextOffset;
    }
    return records;
  }
}
