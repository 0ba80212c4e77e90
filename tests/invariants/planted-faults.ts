import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { decodeHeaders, encodeHeaders } from '@/infrastructure/kafka/transport/embedded/header-codec';

interface Place {
  readonly segment: string;
  readonly partition: number;
  readonly offset: string;
  readonly identity: string;
  readonly headers: Buffer;
}

/** `copy`: its offset. */
type Copy = Place & { readonly copy: string };

interface Change {
  readonly eventId?: string;
  readonly value?: Buffer;
  readonly key?: string;
  readonly partition?: number | undefined;
}

type Fault<Told> = Told & AsyncDisposable;

/** Faults that no part of the shop makes, each with the way back. A fault that changes nothing is refused. */
export class PlantedFaults {
  constructor(private readonly database: pg.Pool) {}

  movementGone(orderId: string, kind: string): Promise<Fault<object>> {
    return this.rowsGone('inventory.movements', 'order_id = $1 and kind = $2', [orderId, kind]);
  }

  async movementLarger(orderId: string, kind: string, by: number): Promise<Fault<object>> {
    const change = (more: number) =>
      this.one('update inventory.movements set quantity = quantity + $3 where order_id = $1 and kind = $2', [
        orderId,
        kind,
        more,
      ]);
    await change(by);
    return { [Symbol.asyncDispose]: () => change(-by) };
  }

  async statusOtherwise(orderId: string, status: string): Promise<Fault<object>> {
    const { rows } = await this.database.query<{ status: string }>(
      'select status from "order".orders where order_id = $1',
      [orderId],
    );
    const set = (to: string | undefined) =>
      this.one('update "order".orders set status = $2 where order_id = $1', [orderId, to]);
    await set(status);
    return { [Symbol.asyncDispose]: () => set(rows[0]?.status) };
  }

  async outboxRow(schema: string, key: string): Promise<Fault<object>> {
    const { rows } = await this.database.query<{ seq: string }>(
      `insert into "${schema}".outbox (id, aggregatetype, aggregateid, type, headers, shard)
       values (gen_random_uuid(), 'payment-events', $1, 'payment.completed', '{}', 0) returning seq`,
      [key],
    );
    return {
      [Symbol.asyncDispose]: () => this.one(`delete from "${schema}".outbox where seq = $1`, [rows[0]?.seq]),
    };
  }

  async refusedRow(schema: string, key: string): Promise<Fault<{ seq: string }>> {
    const { rows } = await this.database.query<{ seq: string }>(
      `insert into "${schema}".outbox_refused
         (seq, id, aggregatetype, aggregateid, type, headers, shard, created_at, cause_code, cause_message)
       values (1000000000, gen_random_uuid(), 'payment-events', $1, 'payment.completed', '{}', 0, now(),
         'RECORD_TOO_LARGE', 'planted') returning seq`,
      [key],
    );
    const seq = String(rows[0]?.seq);
    return {
      seq,
      [Symbol.asyncDispose]: () => this.one(`delete from "${schema}".outbox_refused where seq = $1`, [seq]),
    };
  }

  /** Stock that an order has taken which nobody has placed. */
  async strayMovement(orderId: string, productId: string): Promise<Fault<object>> {
    await this.one(
      `insert into inventory.movements (order_id, product_id, kind, quantity) values ($1, $2, 'reserve', 1)`,
      [orderId, productId],
    );
    return {
      [Symbol.asyncDispose]: () => this.one('delete from inventory.movements where order_id = $1', [orderId]),
    };
  }

  async eventGone(
    topic: string,
    type: string,
    key: string,
  ): Promise<Fault<Place & { handlers: readonly string[] }>> {
    const place = await this.find(topic, key, ({ eventType }) => eventType === type);
    const handlers = await this.handlersOf(topic, [place]);
    const where = 'segment = $1 and partition = $2 and record_offset = $3';
    return {
      ...place,
      handlers,
      ...(await this.rowsGone('log.record', where, [place.segment, place.partition, place.offset])),
    };
  }

  eventTwice(topic: string, type: string, key: string): Promise<Fault<Copy>> {
    return this.copied(topic, type, key, {});
  }

  /** The event's id on a record that says something else. */
  eventIdReused(topic: string, type: string, key: string): Promise<Fault<Copy>> {
    return this.copied(topic, type, key, { value: Buffer.from('something else') });
  }

  /** The same answer to the same request, as an event of its own. */
  answeredTwice(topic: string, type: string, key: string): Promise<Fault<Copy>> {
    return this.copied(topic, type, key, { eventId: randomUUID() });
  }

  /** An event of the key in a partition that is not the key's. */
  async inAnotherPartition(topic: string, type: string, key: string): Promise<Fault<Copy>> {
    const own = await this.find(topic, key, ({ eventType }) => eventType === type);
    const { rows } = await this.database.query<{ partition: number }>(
      'select partition from log.head where topic = $1 and partition <> $2 order by partition limit 1',
      [topic, own.partition],
    );
    return this.copied(topic, type, key, { eventId: randomUUID(), partition: rows[0]?.partition });
  }

  /** An event of one order, told of another one as well. */
  async toldOfAnother(type: string, orderId: string, other: string): Promise<Fault<Copy>> {
    const { partition } = await this.find(
      'order-events',
      other,
      ({ eventType }) => eventType === 'order.created',
    );
    return this.copied('order-events', type, orderId, { eventId: randomUUID(), key: other, partition });
  }

  /** A record that is like the event but for the change, at the end of a partition. */
  private async copied(
    topic: string,
    type: string,
    of: string,
    { eventId, key = of, value, partition }: Change,
  ): Promise<Fault<Copy>> {
    const place = await this.find(topic, of, ({ eventType }) => eventType === type);
    const headers = encodeHeaders(
      decodeHeaders(place.headers).map(([name, bytes]) =>
        name === 'ce_id' && eventId !== undefined ? [name, Buffer.from(eventId)] : [name, bytes],
      ),
    );
    const into = partition ?? place.partition;
    const { rows } = await this.database.query<{ copy: string }>(
      `with head as (
         update log.head set next = next + 1 where topic = $1 and partition = $5 returning next - 1 as copy
       )
       insert into log.record (segment, partition, record_offset, record_time, key, value, headers)
       select segment, $5, copy, record_time, convert_to($6, 'UTF8'), coalesce($7, value), $8 from log.record, head
       where segment = $3 and partition = $2 and record_offset = $4 returning record_offset as copy`,
      [topic, place.partition, place.segment, place.offset, into, key, value ?? null, headers],
    );
    const copy = rows[0]?.copy;
    if (copy === undefined) throw new Error(`No copy of ${type} was made.`);
    return {
      ...place,
      copy,
      [Symbol.asyncDispose]: async () => {
        await this.one(
          'delete from log.record where segment = $1 and partition = $2 and record_offset = $3',
          [place.segment, into, copy],
        );
        await this.one('update log.head set next = next - 1 where topic = $1 and partition = $2', [
          topic,
          into,
        ]);
      },
    };
  }

  async inboxRowGone(schema: string, topic: string, key: string): Promise<Fault<{ handler: string }>> {
    const { identity } = await this.find(topic, key, ({ eventType }) => eventType === 'payment.requested');
    const { rows } = await this.database.query<{ handler: string; group_id: string }>(
      `select handler, group_id from "${schema}".inbox where event_identity = $1`,
      [identity],
    );
    const gone = await this.rowsGone(`"${schema}".inbox`, 'event_identity = $1', [identity]);
    return { handler: `${rows[0]?.handler} of ${rows[0]?.group_id}`, ...gone };
  }

  /** Two changes of an order's status take each other's place. */
  async changesSwapped(
    orderId: string,
    first: string,
    second: string,
  ): Promise<Fault<{ handlers: readonly string[] }>> {
    const change = (status: string) =>
      this.find(
        'order-events',
        orderId,
        ({ eventType, value }) => eventType === 'order.status.updated' && endsAs(value, status),
      );
    return this.swapped('order-events', await change(first), await change(second));
  }

  /** An event and the one that led to it take each other's place. */
  async causeAfterEffect(
    topic: string,
    cause: string,
    effect: string,
    key: string,
  ): Promise<Fault<{ handlers: readonly string[] }>> {
    const event = (type: string) => this.find(topic, key, ({ eventType }) => eventType === type);
    return this.swapped(topic, await event(cause), await event(effect));
  }

  private async swapped(topic: string, a: Place, b: Place): Promise<Fault<{ handlers: readonly string[] }>> {
    const put = (from: string, to: string) =>
      this.one(
        'update log.record set record_offset = $4 where segment = $1 and partition = $2 and record_offset = $3',
        [a.segment, a.partition, from, to],
      );
    const swap = async () => {
      await put(a.offset, '-1');
      await put(b.offset, a.offset);
      await put('-1', b.offset);
    };
    const handlers = await this.handlersOf(topic, [a, b]);
    await swap();
    return { handlers, [Symbol.asyncDispose]: swap };
  }

  private async rowsGone(table: string, where: string, values: readonly unknown[]): Promise<AsyncDisposable> {
    const { rows } = await this.database.query<{ row: string }>(
      `with gone as (delete from ${table} where ${where} returning *) select gone::text as row from gone`,
      [...values],
    );
    const [row, ...others] = rows;
    if (!row || others.length > 0) throw new Error(`${rows.length} rows of ${table} are gone, not one.`);
    const overriding = table === 'inventory.movements' ? 'overriding system value' : '';
    return {
      [Symbol.asyncDispose]: () =>
        this.one(`insert into ${table} ${overriding} select ($1::${table}).*`, [row.row]),
    };
  }

  /** As `handler of group`, each for each of the events it has had. */
  private async handlersOf(topic: string, places: readonly Place[]): Promise<readonly string[]> {
    const { rows: schemas } = await this.database.query<{ schema: string }>(
      `select nspname as schema from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relname = 'inbox'`,
    );
    const found: string[] = [];
    for (const { schema } of schemas) {
      const { rows } = await this.database.query<{ handler: string }>(
        `select handler || ' of ' || group_id as handler from "${schema}".inbox
         where topic = $1 and event_identity = any($2::text[])`,
        [topic, places.map(({ identity }) => identity)],
      );
      found.push(...rows.map(({ handler }) => handler));
    }
    if (found.length === 0) throw new Error(`Nobody has had these events of ${topic}.`);
    return found;
  }

  private async find(
    topic: string,
    key: string,
    wanted: (event: { readonly eventType: string | undefined; readonly value: Buffer }) => boolean,
  ): Promise<Place> {
    const { rows } = await this.database.query<{
      segment: string;
      partition: number;
      offset: string;
      value: Buffer;
      headers: Buffer;
    }>(
      `select r.segment, r.partition, r.record_offset as offset, r.value, r.headers
       from log.record r join log.segment s on s.segment = r.segment
       where s.topic = $1 and r.key = convert_to($2, 'UTF8') order by r.record_offset`,
      [topic, key],
    );
    for (const { segment, partition, offset, value, headers } of rows) {
      const told = new Map(decodeHeaders(headers).map(([name, bytes]) => [name, bytes?.toString()]));
      if (!wanted({ eventType: told.get('ce_type'), value })) continue;
      const identity = `${told.get('ce_source')} ${told.get('ce_id')}`;
      return { segment, partition, offset, identity, headers };
    }
    throw new Error(`No such event of ${key} is in ${topic}.`);
  }

  private async one(statement: string, values: readonly unknown[]): Promise<void> {
    const { rowCount } = await this.database.query(statement, [...values]);
    if (rowCount !== 1) throw new Error(`${rowCount} rows, not one: ${statement}`);
  }
}

/** The new status stands in the value as text, behind the old one. */
function endsAs(value: Buffer, status: string): boolean {
  const text = value.toString('latin1');
  const statuses = ['pending', 'validated', 'paid', 'reserved', 'shipped', 'completed'];
  const places = statuses.map((name) => ({ name, at: text.indexOf(name) })).filter(({ at }) => at >= 0);
  return places.toSorted((a, b) => a.at - b.at).at(1)?.name === status;
}
