import pg from 'pg';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { callSite } from './call-site.ts';
import type { Crossings } from './crossings.ts';
import { boundOf, writes } from './statement.ts';
import { currentNotes, UnitNotes } from './unit-notes.ts';

/** A transaction that is open on a connection. */
interface Open {
  readonly notes: UnitNotes;
  /** It has changed rows: without that its commit changes nothing for anybody. */
  changed: boolean;
}

interface Result {
  readonly rowCount: number | null;
}

type Query = (this: object, config: unknown, ...rest: unknown[]) => unknown;
type Deliveries = () => DeliveryContext | undefined;

/** Statements of `Pool.query`, which is a crossing itself. */
const ofPool = new WeakSet<object>();

/** Every commit is a crossing, by whatever way it reaches the driver; so is a statement that commits by itself. */
export function wrapDatabase(crossings: Crossings, currentDelivery: Deliveries): void {
  wrapClient(crossings, currentDelivery);
  wrapPool(crossings, currentDelivery);
}

function wrapClient(crossings: Crossings, currentDelivery: Deliveries): void {
  const open = new WeakMap<object, Open>();
  const client = pg.Client.prototype as unknown as { query: Query };
  const { query } = client;
  client.query = function (config, ...rest) {
    const send = () => query.call(this, config, ...rest) as Promise<Result>;
    const text = textOf(config);
    if (text === undefined || ofPool.has(config as object)) return send();
    const transaction = open.get(this);
    switch (boundOf(text)) {
      case 'begin':
        open.set(this, { notes: currentNotes() ?? new UnitNotes(callSite()), changed: false });
        return send();
      case 'rollback':
        open.delete(this);
        return send();
      case 'commit':
        open.delete(this);
        if (!transaction?.changed) return send();
        return crossings.cross(transaction.notes.names(), send);
      default:
        if (transaction) return noticed(transaction, currentDelivery(), text, send());
        if (!writes(text)) return send();
        return crossings.cross(alone(currentDelivery()), send);
    }
  };
}

function wrapPool(crossings: Crossings, currentDelivery: Deliveries): void {
  const pool = pg.Pool.prototype as unknown as { query: Query };
  const { query } = pool;
  pool.query = function (config, ...rest) {
    const own = typeof config === 'string' ? { text: config } : config;
    if (typeof own === 'object' && own !== null) ofPool.add(own);
    const send = () => query.call(this, own, ...rest) as Promise<Result>;
    const text = textOf(own);
    if (text === undefined || !writes(text)) return send();
    return crossings.cross(alone(currentDelivery()), send);
  };
}

function noticed(
  transaction: Open,
  delivery: DeliveryContext | undefined,
  text: string,
  sent: Promise<Result>,
): Promise<Result> {
  if (delivery) transaction.notes.ran(delivery);
  if (!writes(text)) return sent;
  const note = ({ rowCount }: Result) => {
    transaction.changed ||= (rowCount ?? 0) > 0;
  };
  // Whoever sent it hears of its failure; here is nothing to do about it.
  sent.then(note, () => undefined);
  return sent;
}

/** A statement that is a transaction of its own, also where its sender has one open on another connection. */
function alone(delivery: DeliveryContext | undefined): readonly string[] {
  const known = currentNotes();
  const notes = known?.alone ? known : new UnitNotes(callSite());
  if (delivery) notes.ran(delivery);
  return notes.names();
}

function textOf(config: unknown): string | undefined {
  if (typeof config === 'string') return config;
  const text = (config as { readonly text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : undefined;
}
