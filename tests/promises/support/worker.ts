import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { EventConsumerService, KafkaModule, UnitOfWork } from '@/infrastructure/kafka';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { Replays } from '@/infrastructure/kafka/replay/replays';
import { replaysOf } from '@/infrastructure/kafka/replay/replays-of';
import { plannedHandler } from './planned-handler';
import { stepEvents } from './step-events';
import type { HandlerPlan, WorkerSettings } from './worker-settings';

/** An application with the planned handlers, in this process. */
export class Worker {
  private stopped: Promise<void> | undefined;

  private constructor(
    readonly app: INestApplicationContext,
    private readonly settings: WorkerSettings,
    private readonly beside: pg.Pool,
  ) {}

  static async start(settings: WorkerSettings): Promise<Worker> {
    @Module({
      imports: [
        KafkaModule.forRoot({ ...settings.module, events: Object.values(stepEvents(settings.topic)) }),
      ],
    })
    class WorkerModule {}
    const beside = new pg.Pool({
      connectionString: settings.databaseUrl,
      max: 6,
      application_name: settings.name,
    });
    // The database goes away in some of the specs; a statement that fails by it tells its caller.
    beside.on('error', () => {});
    const app = await NestFactory.createApplicationContext(WorkerModule, {
      logger: false,
      abortOnError: false,
    });
    const worker = new Worker(app, settings, beside);
    for (const plan of settings.handlers) worker.register(plan);
    return worker;
  }

  register(plan: HandlerPlan): void {
    const { app, settings, beside } = this;
    const parts = { settings, beside, unitOfWork: app.get(UnitOfWork, { strict: false }) };
    this.consumer.registerHandler(
      stepEvents(settings.topic)[plan.eventType ?? 'step.taken'],
      plannedHandler(plan, parts),
      { ...plan.options, name: plan.name },
    );
  }

  /** What of the whole topic has no outcome at this handler runs now. */
  async fill(handler: string): Promise<void> {
    await this.replays.begin({ topics: [this.settings.topic], handlers: [handler], mode: 'fill' }, 'spec');
  }

  /** Those whose process has ended go on. */
  async resumeReplays(): Promise<void> {
    for (const { id, state } of await this.replays.list(100)) {
      if (state === 'interrupted') await this.replays.resume(id, 'spec');
    }
  }

  get consumer(): EventConsumerService {
    return this.app.get(EventConsumerService, { strict: false });
  }

  private get replays(): Replays {
    return replaysOf(this.app.get(KafkaRuntime, { strict: false }));
  }

  /** Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.app.close().then(() => this.beside.end());
    return this.stopped;
  }
}
