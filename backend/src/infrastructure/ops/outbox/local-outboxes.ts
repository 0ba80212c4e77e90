import type { KafkaRuntime, StatefulParts } from '@/infrastructure/kafka/kafka-runtime';
import type { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { outboxState } from '@/infrastructure/outbox/outbox-state';
import { refusedRows, retryRefused, setAside } from '@/infrastructure/outbox/refused-rows';
import type { PageOf } from '../merge-pages';
import { auditBy } from '../operator-audit';
import { auditOf } from './outbox-audit';
import type { OutboxPosition } from './outbox-position';
import type { OutboxAct, OutboxActed, OutboxView, RefusedView } from './outbox-view';

interface Outbox extends Pick<StatefulParts, 'database' | 'unitOfWork'> {
  readonly service: string;
  readonly publisher: EventPublisherService;
}

/** The outboxes of the services of this process; a service has a schema of its own name. */
export class LocalOutboxes {
  constructor(private readonly runtimes: () => readonly KafkaRuntime[]) {}

  states(only: string | undefined): Promise<OutboxView[]> {
    return Promise.all(
      this.all(only).map(async ({ service, database }) => {
        const { owners, ...state } = await outboxState(database, service);
        const shown = owners.map(({ since, ...owner }) => ({ ...owner, since: since.toISOString() }));
        return { service, ...state, owners: shown };
      }),
    );
  }

  /** By service and number, after `after`. */
  async refused(
    only: string | undefined,
    limit: number,
    after: OutboxPosition | undefined,
  ): Promise<PageOf<RefusedView>> {
    const items: RefusedView[] = [];
    for (const { service, database } of this.all(only)) {
      if (after && service < after.service) continue;
      const from = service === after?.service ? after.seq : undefined;
      for (const { refusedAt, ...row } of await refusedRows(database, limit + 1 - items.length, from)) {
        items.push({ service, ...row, refusedAt: refusedAt.toISOString() });
      }
      if (items.length > limit) break;
    }
    return { items: items.slice(0, limit), more: items.length > limit };
  }

  /**
   * Undefined where the service is not of this process. The act and its entry in the audit trail commit together; the
   * entry wakes the relay. Throws `NotRefusedError` where no such row waits for a decision.
   */
  async act({ service, seq }: OutboxPosition, act: OutboxAct, by: string): Promise<OutboxActed | undefined> {
    const [outbox] = this.all(service);
    if (!outbox) return undefined;
    return outbox.unitOfWork.run(async (session) => {
      const row =
        act.kind === 'retry'
          ? await retryRefused(session, seq)
          : await setAside(session, seq, { by, reason: act.reason });
      const acted = { service, act: act.kind, ...row };
      await auditBy(outbox.publisher)(auditOf(acted, act, by));
      return acted;
    });
  }

  private all(only: string | undefined): Outbox[] {
    return this.runtimes()
      .flatMap(({ stateful, publisher }) =>
        stateful ? [{ ...stateful, service: stateful.database.schema, publisher }] : [],
      )
      .filter(({ service }) => only === undefined || service === only)
      .toSorted((a, b) => (a.service < b.service ? -1 : 1));
  }
}
