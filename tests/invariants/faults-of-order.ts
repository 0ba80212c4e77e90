import type pg from 'pg';
import { LogPlaces, type Place } from './log-places';
import { oneRow, type PlantedFault } from './planted-fault';

/** Records that stand in each other's place in the embedded log. */
export class OrderFaults {
  private readonly places: LogPlaces;

  constructor(private readonly database: pg.Pool) {
    this.places = new LogPlaces(database);
  }

  /** Two changes of an order's status take each other's place. */
  async changesSwapped(
    orderId: string,
    first: string,
    second: string,
  ): Promise<PlantedFault<{ handlers: readonly string[] }>> {
    const change = (status: string) =>
      this.places.find(
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
  ): Promise<PlantedFault<{ handlers: readonly string[] }>> {
    const event = (type: string) => this.places.find(topic, key, ({ eventType }) => eventType === type);
    return this.swapped(topic, await event(cause), await event(effect));
  }

  private async swapped(
    topic: string,
    a: Place,
    b: Place,
  ): Promise<PlantedFault<{ handlers: readonly string[] }>> {
    const put = (from: string, to: string) =>
      oneRow(
        this.database,
        'update log.record set record_offset = $4 where segment = $1 and partition = $2 and record_offset = $3',
        [a.segment, a.partition, from, to],
      );
    const swap = async () => {
      await put(a.offset, '-1');
      await put(b.offset, a.offset);
      await put('-1', b.offset);
    };
    const handlers = await this.places.handlersOf(topic, [a, b]);
    await swap();
    return { handlers, [Symbol.asyncDispose]: swap };
  }
}

/** The new status stands in the value as text, behind the old one. */
function endsAs(value: Buffer, status: string): boolean {
  const text = value.toString('latin1');
  const statuses = ['pending', 'validated', 'paid', 'reserved', 'shipped', 'completed'];
  const places = statuses.map((name) => ({ name, at: text.indexOf(name) })).filter(({ at }) => at >= 0);
  return places.toSorted((a, b) => a.at - b.at).at(1)?.name === status;
}
