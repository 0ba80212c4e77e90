import type { EventEnvelope } from '@shop/contracts';
import type { HandlerFunction } from '@/infrastructure/kafka/consumer/handler';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { sql } from '@/infrastructure/postgres/sql';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { HandlerRun } from './delivery-report';

type AnyEvent = EventEnvelope<string, unknown>;

/** What the run of an external handler ends with in place of a process that ends. */
class LostBeforeMarkError extends Error {}

/** Calls the handler, remembers each call, and has the first run of each event crash where that is the scenario. */
export class WatchedHandler {
  readonly runs: HandlerRun[] = [];
  private readonly crashed = new Set<string>();

  constructor(
    private readonly run: HandlerFunction<AnyEvent>,
    private readonly unitOfWork: UnitOfWork,
    private readonly crashes: boolean,
  ) {}

  readonly handle = async (event: AnyEvent, context: DeliveryContext): Promise<void> => {
    try {
      await this.run(event, context);
    } catch (error) {
      this.note(event, context, 'badly');
      throw error;
    }
    if (this.crashes && !this.crashed.has(event.eventId)) {
      this.crashed.add(event.eventId);
      this.note(event, context, 'crashed');
      await this.crash();
    }
    this.note(event, context, 'well');
  };

  private async crash(): Promise<never> {
    if (this.unitOfWork.inProgress) {
      await this.unitOfWork.sql.run(sql`select pg_terminate_backend(pg_backend_pid())`);
    }
    throw new LostBeforeMarkError('The handler did its work, and the mark of it was lost.');
  }

  private note({ eventId }: AnyEvent, context: DeliveryContext, ended: HandlerRun['ended']): void {
    const { idempotencyKey, attempt } = context;
    this.runs.push({ eventId, idempotencyKey, attempt, ended });
  }
}
