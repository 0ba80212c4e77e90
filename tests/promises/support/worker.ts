import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { EventConsumerService, KafkaModule, UnitOfWork } from '@/infrastructure/kafka';
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

  get consumer(): EventConsumerService {
    return this.app.get(EventConsumerService, { strict: false });
  }

  /** Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.app.close().then(() => this.beside.end());
    return this.stopped;
  }
}
