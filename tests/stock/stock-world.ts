import { randomUUID } from 'node:crypto';
import type { OrderCreatedEvent } from '@shop/contracts';
import { sql } from '@/infrastructure/postgres/sql';
import { InventoryEventHandler } from '@/services/inventory/entry/inventory-event.handler';
import { StockNotAvailableError } from '@/services/inventory/inventory.errors';
import { InventoryService } from '@/services/inventory/inventory.service';
import { Reservations } from '@/services/inventory/reservations.service';
import { inventoryMigrations } from '@/services/inventory/state/inventory.migrations';
import { StockBooks } from '@/services/inventory/state/stock-books';
import { StockStore } from '@/services/inventory/state/stock-store';
import { StockAnnouncer } from '@/services/inventory/stock-announcer.service';
import { serviceState } from '@/testing/service-state';

/** The inventory service on a PostgreSQL schema of its own. */
export async function stockWorld() {
  const state = await serviceState('inventory', inventoryMigrations);
  const books = new StockBooks(state.unitOfWork);
  const stock = new StockStore(state.unitOfWork);
  const announcer = new StockAnnouncer(state.publisher);
  const inventory = new InventoryService(state.unitOfWork, books, announcer);
  const reservations = new Reservations(inventory, books, state.publisher);
  const handler = new InventoryEventHandler(inventory, reservations, books, state.unitOfWork);
  const run = <T>(work: () => Promise<T>): Promise<T> => state.unitOfWork.run(work);
  return {
    reserve: (orderId: string, productId: string, quantity: number, attempt?: number) =>
      run(() =>
        reservations.reserve([
          {
            orderId,
            items: [{ productId, quantity }],
            flow: 'saga',
            attempt,
            run: 1,
            answering: (answer) => answer(),
          },
        ]),
      ),
    created: (orderId: string, productId: string, quantity: number) =>
      handler.handle({
        data: { orderId, items: [{ productId, quantity }], flow: 'choreography' },
      } as unknown as OrderCreatedEvent),
    /** What the inventory service says to one attempt: false when its stock cannot be taken. */
    attempt: async (
      orderId: string,
      productId: string,
      quantity: number,
      attempt: number,
    ): Promise<boolean> => {
      try {
        await inventory.deductStock(productId, quantity, { orderId, attempt });
        return true;
      } catch (error) {
        if (error instanceof StockNotAvailableError) return false;
        throw error;
      }
    },
    /** Several of these in one transaction. */
    together: run,
    /** Transactions that wait for a lock of another one. */
    async waiting(): Promise<number> {
      const rows = await state.database.rows(sql`
        select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())
        union all select from pg_locks where not granted and locktype = 'transactionid'`);
      return rows.length;
    },
    /** With an attempt: of it and those before it. */
    release: (orderId: string, attempt?: number) => run(() => reservations.release(orderId, 'saga', attempt)),
    sell: (orderId: string) => run(() => reservations.sell([{ orderId, telling: (tell) => tell() }])),
    async product(quantity: number, threshold = 0): Promise<string> {
      const productId = `product-${randomUUID()}`;
      await run(() => stock.open(productId, quantity, threshold));
      return productId;
    },
    level: (productId: string) =>
      state.database.row<{ available: number; reserved: number }>(
        sql`select available, reserved from stock where product_id = ${productId}`,
      ),
    /** Attempts whose movements do not balance: released without or more than reserved, or moved twice. */
    unbalanced: (productId: string) =>
      state.database.rows(sql`
        select order_id, attempt from movements where product_id = ${productId} and kind <> 'delivery'
        group by order_id, attempt
        having count(*) filter (where kind = 'reserve') <> 1 or count(*) filter (where kind = 'release') > 1
          or sum(case kind when 'reserve' then quantity when 'release' then -quantity else 0 end) < 0`),
    /** What the ledger says is available, and what each order took on balance. */
    async ledger(productId: string) {
      const rows = await state.database.rows<{ orderId: string; net: number }>(sql`
        select order_id as "orderId", sum(case kind when 'reserve' then -quantity when 'sale' then 0
          else quantity end)::int as net
        from movements where product_id = ${productId} group by order_id`);
      const orders = rows.filter(({ orderId }) => orderId !== 'initial-stock');
      return {
        available: rows.reduce((sum, { net }) => sum + net, 0),
        taken: new Map(orders.map(({ orderId, net }) => [orderId, net === 0 ? 0 : -net])),
      };
    },
    published: async (eventType: string) =>
      (await state.published()).filter((event) => event.eventType === eventType),
    close: () => state.close(),
  };
}
