import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { encodeCursor, type Page } from '@/infrastructure/http/page';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { NotRefusedError } from '@/infrastructure/outbox/outbox.errors';
import type { OpsCaller } from '../ops-caller';
import { OpsPeers } from '../ops-peers';
import { LocalOutboxes } from './local-outboxes';
import type { ActParams, ListQuery } from './outbox.requests';
import { byPosition, type OutboxPosition, positionText } from './outbox-position';
import type { OutboxAct, OutboxActed, OutboxView, RefusedView } from './outbox-view';

/** Every outbox, and a page of the refused rows. Services whose process did not answer are named. */
export interface OutboxPage extends Page<RefusedView> {
  readonly services: readonly OutboxView[];
  readonly unreachable: readonly string[];
}

const PATH = '/ops/api/outbox';

const outbox = z.custom<OutboxView>((value) => typeof (value as OutboxView | null)?.service === 'string');
const row = z.custom<RefusedView>((value) => typeof (value as RefusedView | null)?.seq === 'string');
const acted = z.custom<OutboxActed>((value) => typeof (value as OutboxActed | null)?.seq === 'string');
const outboxPage = z.object({
  services: z.array(outbox),
  items: z.array(row),
  nextCursor: z.string().nullable(),
});

/** The outboxes of every process: this one's, and by their own routes the others'. */
@Injectable()
export class OutboxDesk {
  private readonly local: LocalOutboxes;

  constructor(
    @Inject(KafkaRuntimes) runtimes: KafkaRuntimes,
    @Inject(OpsPeers) private readonly peers: OpsPeers,
  ) {
    this.local = new LocalOutboxes(() => runtimes.all());
  }

  async list(
    caller: OpsCaller,
    { scope, limit, cursor, service }: ListQuery,
    after: OutboxPosition | undefined,
  ): Promise<OutboxPage> {
    const query = { limit, cursor, service };
    const [states, own, { answers, unreachable }] = await Promise.all([
      this.local.states(service),
      this.local.refused(service, limit, after),
      scope === 'local'
        ? { answers: [] as z.output<typeof outboxPage>[], unreachable: [] }
        : this.peers.gather(caller, { path: PATH, query }, outboxPage),
    ]);
    const services = [...states, ...answers.flatMap((answer) => answer.services)];
    const all = [...own.items, ...answers.flatMap(({ items }) => items)].toSorted(byPosition);
    const items = all.slice(0, limit);
    const last = items.at(-1);
    const more = own.more || all.length > limit || answers.some(({ nextCursor }) => nextCursor !== null);
    return {
      services: services.toSorted((a, b) => (a.service < b.service ? -1 : 1)),
      items,
      nextCursor: more && last ? encodeCursor(positionText(last)) : null,
      unreachable,
    };
  }

  /** `body` is the act as it came, for the process that has the row. */
  async act(
    caller: OpsCaller,
    scope: ListQuery['scope'],
    { service, seq }: ActParams,
    act: OutboxAct,
    body: unknown,
  ): Promise<OutboxActed> {
    const here = await this.local.act({ service, seq }, act, caller.operator);
    if (here) return here;
    const path = `${PATH}/${encodeURIComponent(service)}/${seq}/${act.kind}`;
    const elsewhere =
      scope === 'local' ? undefined : await this.peers.find(caller, { method: 'POST', path, body }, acted);
    if (elsewhere) return elsewhere;
    throw new NotRefusedError(`No refused outbox row ${seq} of '${service}' waits for a decision.`);
  }
}
