import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { randomFrom } from '../workload/random.ts';
import { BuiltShop, type BuiltShopOptions } from './built-shop.ts';
import { OrderWatch } from './order-watch.ts';
import { proveOrders } from './proof.ts';
import { type OrderLine, Shopper } from './shopper.ts';

const SHOPPERS = 16;
const PRODUCTS = 24;
const PIECES = 1_000_000;
const LOOK_AGAIN_MS = 50;

/** A new shop that is known to all its services, with stock for every order and people who are signed in. */
export class StockedShop {
  readonly shop: BuiltShop;
  readonly watch: OrderWatch;
  private readonly client: pg.Client;
  private readonly shoppers: readonly Shopper[];
  private readonly random = randomFrom(8);
  private readonly taken: { readonly orderId: string; readonly items: readonly OrderLine[] }[] = [];

  private constructor(shop: BuiltShop, watch: OrderWatch, client: pg.Client, shoppers: readonly Shopper[]) {
    this.shop = shop;
    this.watch = watch;
    this.client = client;
    this.shoppers = shoppers;
  }

  static async open(options: BuiltShopOptions): Promise<StockedShop> {
    const shop = await BuiltShop.start(options);
    try {
      const client = new pg.Client({ connectionString: options.databaseUrl });
      await client.connect();
      await stockUp(client);
      const shoppers = await Promise.all(Array.from({ length: SHOPPERS }, () => Shopper.register(shop.url)));
      return new StockedShop(shop, await OrderWatch.open(options.databaseUrl), client, shoppers);
    } catch (error) {
      await shop.stop('SIGKILL');
      throw error;
    }
  }

  /** An order of two products; resolves with its id when it is taken. */
  async order(): Promise<string> {
    const items = this.items();
    const shopper = this.shoppers[this.taken.length % SHOPPERS] as Shopper;
    const orderId = await shopper.order(items);
    this.taken.push({ orderId, items });
    return orderId;
  }

  /** Rejects unless every order that was taken has had each of its effects once. */
  prove(): Promise<void> {
    return proveOrders(this.taken, { client: this.client, simulatorUrl: this.shop.simulatorUrl });
  }

  /** `SIGKILL` for a shop that has more under way than it could end. */
  async close(signal?: 'SIGKILL'): Promise<void> {
    await this.watch.close();
    await this.client.end();
    await this.shop.stop(signal);
  }

  private items(): readonly OrderLine[] {
    const first = Math.floor(this.random() * PRODUCTS);
    const second = (first + 1 + Math.floor(this.random() * (PRODUCTS - 1))) % PRODUCTS;
    return [first, second].map((product, place) => ({
      productId: `prod-${String(product + 1).padStart(3, '0')}`,
      quantity: place + 1,
    }));
  }
}

/** The catalogue reaches the other services by events, a moment after the start. */
async function stockUp(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `select (select count(*) from "order".catalogue)::int as priced, count(*)::int as stocked
       from inventory.stock`,
    );
    if (rows[0].priced === PRODUCTS && rows[0].stocked === PRODUCTS) break;
    await delay(LOOK_AGAIN_MS);
  }
  await client.query(
    `with stocked as (update inventory.stock set available = available + ${PIECES})
     update inventory.movements set quantity = quantity + ${PIECES} where kind = 'delivery'`,
  );
}
