import { AsyncLocalStorage } from 'node:async_hooks';
import type { BuiltProduct } from './built-product.ts';
import { callSite } from './call-site.ts';
import { currentNotes, UnitNotes, withNotes } from './unit-notes.ts';

/** Handlers with effects outside of SQL that a transaction remembers. */
const remembering = new AsyncLocalStorage<ReadonlySet<string>>();

/** Has each transaction know what is in it: runs of handlers, what each of them publishes, topics of the log. */
export function wrapUnits(product: BuiltProduct): void {
  const { Database, UnitOfWork, EmbeddedTransport, PostgresDeliveryStore, currentDelivery } = product;

  const { transaction } = Database.prototype;
  Database.prototype.transaction = function (work, options) {
    const notes = new UnitNotes(callSite());
    for (const handler of remembering.getStore() ?? []) notes.ran({ handler });
    return withNotes(notes, () => transaction.call(this, work as never, options)) as never;
  };

  const { append } = UnitOfWork.prototype;
  UnitOfWork.prototype.append = function (record, entry) {
    const delivery = currentDelivery();
    if (delivery) currentNotes()?.ran(delivery, entry.eventType);
    append.call(this, record, entry);
  };

  const { remember } = PostgresDeliveryStore.prototype;
  PostgresDeliveryStore.prototype.remember = function (runs) {
    const handlers = new Set(runs.flatMap((run) => run.handlers));
    return remembering.run(handlers, () => remember.call(this, runs));
  };

  const { appendWithin } = EmbeddedTransport.prototype;
  EmbeddedTransport.prototype.appendWithin = function (...values) {
    const notes = currentNotes() ?? new UnitNotes(callSite(), true);
    const [, records] = values;
    notes.appended(records.map(({ topic }) => topic));
    return withNotes(notes, () => appendWithin.apply(this, values));
  };
}
