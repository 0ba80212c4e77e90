import pg from 'pg';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { Customer } from '../support/customer';
import { Shop } from '../support/shop';

const NOT_SHIPPING = 'gateway,auth,product,cart,order,payment,inventory,notification,analytics,audit';
const [MAIN, SHIPPING] = [0, 1];
const ENDED = ['completed', 'cancelled', 'needs_attention', 'returned', 'return_refused'];
const REFUSED_BY_THE_CARRIER = {
  name: 'Zoe',
  line1: '1 Nowhere',
  city: 'Zed',
  postalCode: '0',
  country: 'ZZ',
};

/** A shop that has had orders of every kind, and can be stopped in the middle of one. */
export class MixedShop {
  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly shop: Shop,
    readonly customer: Customer,
    readonly database: pg.Pool,
  ) {}

  static async start(): Promise<MixedShop> {
    const database = await testDatabase();
    const shop = await Shop.start({ databaseUrl: database.url, processes: [NOT_SHIPPING, 'shipping'] });
    const customer = await Customer.register(shop.url);
    await eventually(async () => {
      const { body } = await customer.call<{ availableStock: number }>('GET', '/api/products/prod-007');
      return body.availableStock === 10;
    });
    return new MixedShop(database, shop, customer, new pg.Pool({ connectionString: database.url, max: 2 }));
  }

  get databaseUrl(): string {
    return this.testDatabase.url;
  }

  /** Two bought, one declined, one the carrier refuses, one out of stock, one cancelled, one brought back. */
  async orders(): Promise<{
    readonly bought: string;
    readonly lastBought: string;
    readonly all: readonly string[];
  }> {
    const item = (productId: string, quantity: number) => ({ items: [{ productId, quantity }] });
    const placed: string[] = [];
    const place = async (wish: Parameters<Customer['order']>[0]) => {
      const { status, body } = await this.customer.order(wish);
      if (status !== 202) throw new Error(`order: ${status} ${JSON.stringify(body)}`);
      placed.push(body.orderId);
      return body.orderId;
    };
    const bought = await place(item('prod-003', 2));
    await place({ ...item('prod-003', 1), paymentMethod: 'pm_card_chargeDeclined' });
    await place({ ...item('prod-007', 2), shippingAddress: REFUSED_BY_THE_CARRIER });
    await place(item('prod-007', 50));
    const broughtBack = await place(item('prod-005', 3));
    const cancelled = await place(item('prod-005', 1));
    await this.customer.call('POST', `/api/orders/${cancelled}/cancel`);
    await this.until(broughtBack, ['completed']);
    await this.customer.call('POST', `/api/orders/${broughtBack}/return`);
    await this.until(broughtBack, ['returned']);
    for (const orderId of placed) await this.until(orderId, ENDED);
    const lastBought = await place(item('prod-003', 1));
    await this.until(lastBought, ['completed']);
    await this.quiet();
    return { bought, lastBought, all: placed };
  }

  /** An order that waits for a parcel when the platform ends. The payment provider lives on. */
  async endWithOrderUnderWay(): Promise<string> {
    await this.shop.terminate(SHIPPING);
    const { body } = await this.customer.order({ items: [{ productId: 'prod-009', quantity: 1 }] });
    await this.until(body.orderId, ['reserved']);
    await eventually(async () => {
      const { rowCount } = await this.database.query(
        `select from "order".sagas where subject = $1 and step = 'shipment'`,
        [body.orderId],
      );
      return rowCount === 1;
    });
    await this.quiet();
    await this.shop.terminate(MAIN);
    return body.orderId;
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.shop.stop();
    await this.testDatabase.drop();
  }

  private until(orderId: string, statuses: readonly string[]): Promise<true> {
    return eventually(async () => statuses.includes((await this.customer.view(orderId)).status), {
      withinMs: 60_000,
      what: `order ${orderId} to be ${statuses.join(' or ')}`,
    });
  }

  /** Nothing waits in an outbox, and whoever runs has everything in the log behind it. */
  private async quiet(): Promise<void> {
    await eventually(async () => (await this.waiting()) === 0 && (await this.waiting()) === 0, {
      withinMs: 60_000,
      what: 'the shop to be quiet',
    });
  }

  private async waiting(): Promise<number> {
    let waiting = 0;
    for (const schema of NOT_SHIPPING.split(',').filter((name) => name !== 'gateway')) {
      const { rows } = await this.database.query<{ waiting: number }>(`
        select ((select count(*) from "${schema}".outbox) + (select count(*) from "${schema}".progress p
          join log.head h using (topic, partition) where p.watermark < h.next))::int as waiting`);
      waiting += rows[0]?.waiting ?? 0;
    }
    return waiting;
  }
}
