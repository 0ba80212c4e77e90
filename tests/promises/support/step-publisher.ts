import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPublisherService, KafkaModule, type KafkaModuleOptions } from '@/infrastructure/kafka';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { LogAdmin, LogRecord, OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { type Step, type StepType, stepEvents } from './step-events';

export interface SentStep extends Step {
  /** Default `step.taken`. */
  readonly eventType?: StepType;
  /** Default: a new one. */
  readonly eventId?: string;
}

/** An application without a database that publishes steps straight to the log. */
export class StepPublisher {
  private constructor(
    private readonly app: INestApplicationContext,
    private readonly topic: string,
  ) {}

  static async start(module: KafkaModuleOptions, topic: string): Promise<StepPublisher> {
    const events = Object.values(stepEvents(topic));
    @Module({ imports: [KafkaModule.forRoot({ ...module, service: 'publisher', events })] })
    class PublisherModule {}
    const quiet = { logger: false, abortOnError: false } as const;
    return new StepPublisher(await NestFactory.createApplicationContext(PublisherModule, quiet), topic);
  }

  get admin(): LogAdmin {
    return this.runtime.transport.admin;
  }

  /** In this order where the keys are the same; all are in the log when it resolves. */
  async publish(steps: readonly SentStep[]): Promise<void> {
    const events = stepEvents(this.topic);
    const publisher = this.app.get(EventPublisherService, { strict: false });
    for (const wave of wavesOf(steps)) {
      await Promise.all(
        wave.map(({ eventType = 'step.taken', eventId, key, seq }) =>
          publisher.publish(events[eventType], { key, seq }, eventId === undefined ? {} : { eventId }),
        ),
      );
    }
  }

  /** Bytes as they are, behind the publisher's back. */
  async append(records: readonly Omit<OutgoingRecord, 'topic'>[]): Promise<void> {
    await this.runtime.transport.append(records.map((record) => ({ ...record, topic: this.topic })));
  }

  /** Everything that a topic holds now. */
  async records(topic: string): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (const { partition, start, end } of await this.admin.offsets([topic])) {
      for (let offset = start; offset < end; ) {
        const from = { topic, partition, offset };
        const batch = await this.runtime.transport.read({ from, limit: 500, maxBytes: 1_000_000 });
        records.push(...batch.records);
        offset = batch.nextOffset;
      }
    }
    return records;
  }

  /** Per partition, the offset the next record will get. */
  async ends(): Promise<ReadonlyMap<number, number>> {
    const offsets = await this.admin.offsets([this.topic]);
    return new Map(offsets.map(({ partition, end }) => [partition, Number(end)]));
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  private get runtime(): KafkaRuntime {
    return this.app.get(KafkaRuntime, { strict: false });
  }
}

/** Appends under way at the same time may change places, so no key is in a wave twice. */
function wavesOf(steps: readonly SentStep[]): SentStep[][] {
  const waves: SentStep[][] = [];
  const seen = new Map<string, number>();
  for (const step of steps) {
    const wave = seen.get(step.key) ?? 0;
    seen.set(step.key, wave + 1);
    (waves[wave] ??= []).push(step);
  }
  return waves;
}
