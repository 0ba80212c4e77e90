import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { call, Customer, TERMINAL } from '../support/customer';
import { ForeignReader, kafkaCommand } from '../support/foreign-reader';
import type { LedgerLine } from '../support/ledger';
import { Shop } from '../support/shop';
import { waysToRun } from '../support/ways-to-run';

const kafka = testKafka();

describe.for(waysToRun)('the path of an order: $name', ({ engine, processes }) => {
  describe.skipIf(engine === 'kafka' && kafka === null)('each arrow', () => {
    let database: TestDatabase;
    let shop: Shop;
    let reader: ForeignReader;
    let customer: Customer;
    let orderId: string;

    beforeAll(async () => {
      database = await testDatabase();
      shop = await Shop.start({
        databaseUrl: database.url,
        ...(engine === 'kafka' && kafka ? { kafka } : {}),
        ...(processes ? { processes } : {}),
      });
      reader =
        engine === 'kafka' && kafka ? ForeignReader.ofKafka(kafka) : ForeignReader.ofEmbedded(database.url);
      customer = await Customer.register(shop.url);
      await eventually(async () => (await customer.call('GET', '/api/products/prod-024')).status === 200);
      await eventually(async () => {
        const { body } = await customer.call<{ availableStock: number }>('GET', '/api/products/prod-007');
        return body.availableStock === 10;
      });
    });

    afterAll(async () => {
      await reader?.stop();
      await shop?.stop();
      await database?.drop();
    });

    const ledgerOf = async (id: string): Promise<LedgerLine | undefined> => {
      const { body } = await call<LedgerLine[]>(shop.simulatorUrl, 'GET', `/ledger?orderId=${id}`);
      return body.find((line) => line.orderId === id);
    };

    const ended = (id: string) =>
      eventually(
        async () => {
          const view = await customer.view(id);
          return TERMINAL.includes(view.status) && view;
        },
        { withinMs: 30_000, what: `order ${id} to end` },
      ).catch((error: unknown) => {
        throw new Error(`${String(error)} ${JSON.stringify(reader.typesOf(id))}\n${shop.output}`, {
          cause: error,
        });
      });

    it('browser -> gateway -> analytics-events: a product view arrives', async () => {
      const anonymousId = unique('anonymous');
      const event = {
        type: 'analytics.product_view',
        anonymousId,
        properties: { productId: 'prod-001', category: 'Coffee', price: 12.5 },
      };
      const { status, body } = await call(shop.url, 'POST', '/v1/analytics/batch', {
        writeKey: 'dev-write-key',
        batch: [event],
      });
      expect([status, body]).toEqual([202, { accepted: 1, rejected: [] }]);
      await reader.waitFor('analytics.product_view', anonymousId);
      await eventually(async () => {
        const counters = await call<object>(shop.url, 'GET', '/api/analytics/counters');
        return JSON.stringify(counters.body).includes('analytics.product_view');
      });
    });

    it('gateway -> order service -> order.created', async () => {
      const { status, body } = await customer.order({ items: [{ productId: 'prod-007', quantity: 1 }] });
      expect([status, body.status]).toEqual([202, 'pending']);
      orderId = body.orderId;
      await reader.waitFor('order.created', orderId);
    });

    it('order.created -> saga -> payment.requested', async () => {
      await reader.waitFor('payment.requested', orderId);
    });

    it('payment.requested -> payment service -> provider, payment.completed', async () => {
      await reader.waitFor('payment.completed', orderId);
      expect(await ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 0, refunded: 0 });
    });

    it('payment.completed -> saga -> inventory.reservation.requested', async () => {
      await reader.waitFor('inventory.reservation.requested', orderId);
    });

    it('inventory.reservation.requested -> inventory service -> inventory.reserved, stock updated', async () => {
      await reader.waitFor('inventory.reserved', orderId);
      await eventually(async () => {
        const { body } = await customer.call<{ availableStock: number }>('GET', '/api/products/prod-007');
        return body.availableStock === 9;
      });
    });

    it('inventory.reserved -> saga -> shipment.requested', async () => {
      await reader.waitFor('shipment.requested', orderId);
    });

    it('shipment.requested -> shipping service -> shipment.created', async () => {
      await reader.waitFor('shipment.created', orderId);
    });

    it('shipment.created -> saga -> order.completed, and the customer sees each status', async () => {
      await reader.waitFor('order.completed', orderId);
      const view = await ended(orderId);
      expect(view.status).toBe('completed');
      expect(view.history.map(({ status }) => status)).toEqual([
        'pending',
        'validated',
        'paid',
        'reserved',
        'shipped',
        'completed',
      ]);
      expect((await ledgerOf(orderId))?.captured).toBe(Math.round(view.totals.total * 100));
    });

    it('order.completed -> notification service -> a mail in the mailbox', async () => {
      await reader.waitFor('notification.sent', customer.userId);
      await eventually(async () => {
        const { body } = await call<{ items: { to: string; text: string }[] }>(
          shop.url,
          'GET',
          '/ops/api/mailbox',
        );
        return body.items.some(({ to, text }) => to.includes(customer.email) && text.includes(orderId));
      });
    });

    it('every topic -> audit service -> the trail', async () => {
      await eventually(async () => {
        const { body } = await call<{ items: unknown[] }>(
          shop.url,
          'GET',
          `/ops/api/audit?orderId=${orderId}`,
        );
        const trail = JSON.stringify(body.items);
        return [
          'order.created',
          'payment.completed',
          'inventory.reserved',
          'shipment.created',
          'order.completed',
        ].every((type) => trail.includes(type));
      });
    });

    it('a declined card: nothing is taken, the order is cancelled', async () => {
      const { body } = await customer.order({ paymentMethod: 'pm_card_chargeDeclined' });
      const view = await ended(body.orderId);
      expect(view.status).toBe('cancelled');
      await reader.waitFor('payment.failed', body.orderId);
      await reader.waitFor('order.cancelled', body.orderId);
      expect(reader.typesOf(body.orderId)).not.toContain('inventory.reservation.requested');
      expect(await ledgerOf(body.orderId)).toMatchObject({ captured: 0, captures: 0 });
    });

    it('out of stock: the payment is given back', async () => {
      const { body } = await customer.order({ items: [{ productId: 'prod-007', quantity: 50 }] });
      const view = await ended(body.orderId);
      expect(view.status).toBe('cancelled');
      await reader.waitFor('inventory.reservation.failed', body.orderId);
      await reader.waitFor('payment.refund.requested', body.orderId);
      await reader.waitFor('payment.refunded', body.orderId);
      const line = await ledgerOf(body.orderId);
      expect(line).toMatchObject({ captures: 1, refunds: 1 });
      expect(line?.refunded).toBe(line?.captured);
    });

    it('a carrier that refuses: stock is released first, then the payment given back', async () => {
      const shippingAddress = {
        name: 'Zoe',
        line1: '1 Nowhere',
        city: 'Zed',
        postalCode: '0',
        country: 'ZZ',
      };
      const { body } = await customer.order({
        items: [{ productId: 'prod-007', quantity: 2 }],
        shippingAddress,
      });
      const view = await ended(body.orderId);
      expect(view.status).toBe('cancelled');
      await reader.waitFor('shipment.failed', body.orderId);
      await reader.waitFor('inventory.released', body.orderId);
      await reader.waitFor('payment.refunded', body.orderId);
      await reader.waitFor('order.cancelled', body.orderId);
      expect(await ledgerOf(body.orderId)).toMatchObject({ captures: 1, refunds: 1 });
      await eventually(async () => {
        const product = await customer.call<{ availableStock: number }>('GET', '/api/products/prod-007');
        return product.body.availableStock === 9;
      });
      const trail = await call<{ items: { eventType: string; at: string }[] }>(
        shop.url,
        'GET',
        `/ops/api/audit?orderId=${body.orderId}&limit=100`,
      );
      expect(JSON.stringify(trail.body)).toContain('inventory.release.requested');
    });

    const clusters = engine === 'kafka' && kafka ? [kafka] : [];
    it.for(clusters)('a line typed into Kafka’s console producer is handled', async ({ brokers }) => {
      const userId = unique('typed');
      const email = `${userId}@example.org`;
      const data = { userId, email, registrationMethod: 'email', isEmailVerified: false };
      await type(brokers, 'user-events', JSON.stringify({ eventType: 'user.registered', data }));
      await eventually(
        async () => {
          const { body } = await call<{ items: { to: string }[] }>(shop.url, 'GET', '/ops/api/mailbox');
          return body.items.some(({ to }) => to.includes(email));
        },
        { withinMs: 30_000 },
      );
    });

    it('ends in order when it is told to', async () => {
      expect(await shop.terminate(0)).toBe(0);
    });
  });
});

function type(brokers: readonly string[], topic: string, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      kafkaCommand('kafka-console-producer'),
      ['--bootstrap-server', brokers.join(','), '--topic', topic],
      {
        stdio: ['pipe', 'ignore', 'pipe'],
      },
    );
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => {
      complaint += text.toString();
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`console producer: ${code} ${complaint}`)),
    );
    child.stdin.end(`${line}\n`);
  });
}
