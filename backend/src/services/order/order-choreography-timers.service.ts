import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SagaTimers } from '@/infrastructure/saga/saga-timers';
import { OrderChoreography } from './order-choreography.service';
import { ChoreographyStore } from './state/choreography-store';

/** Looks after the deadlines of the orders that no saga drives, until shut-down. */
@Injectable()
export class OrderChoreographyTimers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OrderChoreographyTimers.name);
  private readonly timers: SagaTimers;

  constructor(choreography: OrderChoreography, states: ChoreographyStore) {
    this.timers = new SagaTimers(choreography, states, {
      onError: (error) => this.logger.warn(`Deadlines cannot be handled at present: ${String(error)}`),
    });
  }

  onApplicationBootstrap(): void {
    this.timers.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timers.stop();
  }
}
