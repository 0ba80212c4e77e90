import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { checkPlatform } from '@/infrastructure/invariants/open-check';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { expectInvariants } from '../crash-points/invariants';
import type { Flow } from '../crash-points/order-kinds';
import { call, Customer, type OrderWish } from '../support/customer';
import { ForeignReader } from '../support/foreign-reader';
import type { LedgerLine } from '../support/ledger';
import { Shop } from '../support/shop';

const SAGAS = join(import.meta.dirname, '../../scripts/sagas.mjs');
const NOT_SHIPPING = 'gateway,auth,product,cart,order,payment,inventory,notification,analytics,audit';
const [MAIN, SHIPPING] = [0, 1];
const NOTHING = { captured: 0, refunded: 0, captures: 0, refunds: 0 };
/** That a new shop sells. */
const PRODUCTS = 24;
const ENDED = ['completed', 'cancelled', 'needs_attention'];

/** The built shop with its shipping in a process of its own, so that orders can be held before their parcel is made. */
export class FlowShop {
  private constructor(
    private readonly testDatabase: TestDatabase,
    private readonly shop: Shop,
    /** Read at each start of a process. */
    private readonly env: { ORDER_FLOW: Flow },
    readonly customer: Customer,
    readonly reader: ForeignReader,
    private readonly database: pg.Pool,
  ) {}

  static async start(flow: Flow): Promise<FlowShop> {
    const database = await testDatabase();
    const env = { ORDER_FLOW: flow };
    const shop = await Shop.start({
      databaseUrl: database.url,
      processes: [NOT_SHIPPING, 'shipping'],
      env,
    });
    const customer = await Customer.register(shop.url);
    const reader = ForeignReader.ofEmbedded(database.url);
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    const flowShop = new FlowShop(database, shop, env, customer, reader, pool);
    await eventually(async () => (await flowShop.stocked()) === PRODUCTS, { what: 'the first stock' });
    await eventually(async () => (await customer.call('GET', '/api/products/prod-024')).status === 200);
    return flowShop;
  }

  get url(): string {
    return this.shop.url;
  }

  get databaseUrl(): string {
    return this.testDatabase.url;
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.reader.stop();
    await this.shop.stop();
    await this.testDatabase.drop();
  }

  async place(wish: OrderWish): Promise<string> {
    const { status, body } = await this.customer.order(wish);
    if (status !== 202) throw new Error(`order: ${status} ${JSON.stringify(body)}`);
    return body.orderId;
  }

  /** The order's status, once it is one of these. */
  async until(orderIds: readonly string[], statuses: readonly string[] = ENDED): Promise<readonly string[]> {
    let seen: readonly { readonly orderId: string; readonly status: string }[] = [];
    await eventually(
      async () => {
        seen = await this.rows(
          `select order_id as "orderId", status from "order".orders where order_id = any($1)
           order by array_position($1, order_id)`,
          [orderIds],
        );
        return seen.length === orderIds.length && seen.every(({ status }) => statuses.includes(status));
      },
      { withinMs: 60_000, what: `orders to be ${statuses.join(' or ')}` },
    ).catch((cause: unknown) => {
      const others = seen.filter(({ status }) => !statuses.includes(status));
      throw new Error(`${String(cause)} ${JSON.stringify(others)}\n${this.shop.output}`, { cause });
    });
    return seen.map(({ status }) => status);
  }

  /** Of the provider, whose process has nothing to do with ours; no line is no capture. */
  async ledgerOf(orderId: string): Promise<Omit<LedgerLine, 'orderId'>> {
    const path = `/ledger?orderId=${orderId}`;
    const { body } = await call<LedgerLine[]>(this.shop.simulatorUrl, 'GET', path);
    const { orderId: _, ...line } = body.find((one) => one.orderId === orderId) ?? { orderId, ...NOTHING };
    return line;
  }

  /** What `npm run sagas -- show ORDER` says. */
  async whereIs(orderId: string): Promise<string> {
    const env = { ...process.env, OPS_URL: this.shop.url };
    const { stdout } = await promisify(execFile)(process.execPath, [SAGAS, 'show', orderId], { env });
    return stdout;
  }

  /** `reserve 1 prod-005 2`: kind, attempt, product, pieces; as they were moved. */
  async movementsOf(orderId: string): Promise<readonly string[]> {
    const rows = await this.rows<{ text: string }>(
      `select concat_ws(' ', kind, attempt, product_id, quantity) as text
       from inventory.movements where order_id = $1 order by id`,
      [orderId],
    );
    return rows.map(({ text }) => text);
  }

  async level(productId: string): Promise<{ available: number; reserved: number } | undefined> {
    const rows = await this.rows<{ available: number; reserved: number }>(
      'select available, reserved from inventory.stock where product_id = $1',
      [productId],
    );
    return rows[0];
  }

  /** How many products have stock. */
  private async stocked(): Promise<number> {
    const rows = await this.rows<{ many: number }>(
      'select count(*)::int as many from inventory.stock where available > 0',
      [],
    );
    return rows[0]?.many ?? 0;
  }

  /** What drives the order, by the order itself and by who remembers it. */
  async drivenBy(orderId: string) {
    const rows = await this.rows<{ stamp: string; saga: boolean; choreography: boolean }>(
      `select flow as stamp,
         exists (select from "order".sagas where subject = order_id) as saga,
         exists (select from "order".choreographies c where c.order_id = o.order_id) as choreography
       from "order".orders o where order_id = $1`,
      [orderId],
    );
    return rows[0];
  }

  /** What the order waits for has had its time. */
  async letTimePass(orderId: string): Promise<void> {
    const [sagas, choreographies] = await Promise.all([
      this.database.query('update "order".sagas set deadline = now() where subject = $1', [orderId]),
      this.database.query('update "order".choreographies set due_at = now() where order_id = $1', [orderId]),
    ]);
    if ((sagas.rowCount ?? 0) + (choreographies.rowCount ?? 0) !== 1)
      throw new Error('It waits for nothing.');
  }

  async shippingAway(): Promise<void> {
    await this.shop.terminate(SHIPPING);
  }

  async shippingBack(): Promise<void> {
    await this.shop.restart(SHIPPING);
  }

  /** The rest of the shop ends and starts anew, with this flow for orders to come. */
  async switchTo(flow: Flow): Promise<void> {
    await this.shop.terminate(MAIN);
    this.env.ORDER_FLOW = flow;
    await this.shop.restart(MAIN);
  }

  /** Orders that a check of the invariants takes for being on their way, however long nothing has come of them. */
  async onTheirWay(): Promise<readonly string[]> {
    const platform = { settings: { engine: 'embedded' }, databaseUrl: this.databaseUrl } as const;
    const environment = { PAYMENT_SIMULATOR_URL: this.shop.simulatorUrl, LOG_LEVEL: 'fatal' };
    const { orders } = await checkPlatform(platform, environment, { youngMs: 0 });
    return orders.running;
  }

  expectInvariants(): Promise<void> {
    return expectInvariants({ databaseUrl: this.databaseUrl, simulatorUrl: this.shop.simulatorUrl });
  }

  private async rows<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    return (await this.database.query<Row>(text, [...values])).rows;
  }
}
