import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { SagaDefinitions } from './saga-definitions';
import { SagaEngine } from './saga-engine';
import { SagaQueries } from './saga-queries';
import { SagaTimers } from './saga-timers';

/** Checks at start-up that every unfinished saga has its definition, and runs the timers until shut-down. */
@Injectable()
export class SagaRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SagaRunner.name);
  private readonly timers: SagaTimers;

  constructor(
    engine: SagaEngine,
    private readonly definitions: SagaDefinitions,
    private readonly queries: SagaQueries,
  ) {
    this.timers = new SagaTimers(engine, queries, {
      onError: (error) => this.logger.warn(`Deadlines cannot be handled at present: ${String(error)}`),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.definitions.refuseUnknown(await this.queries.unfinishedVersions());
    this.timers.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timers.stop();
  }
}
